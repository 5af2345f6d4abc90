using System.Diagnostics;

namespace ModelServing.EndToEnd.Tests;

/// <summary>The platform with the function TrafficSplitter between its gateway and its router.</summary>
public class SplittingTests
{
    [Fact]
    public async Task The_demo_passes_unchanged()
    {
        using var folder = new StackFolder(views: true);
        var (exitCode, output) = await MsProcess.RunAsync(
            folder, "up", "--demo", "--once", "--payments", "2000", "--experiment", "0", "--splitting", "function");
        Assert.True(exitCode == 0, output);
        Assert.Matches(@"stable +│ 1 +│ +[\d,]+ │ +9\d\.\d\d% │ +95\.00% │ +0\.00% │ +[\d.]+ │ +[\d.]+ │", output);
        Assert.Matches(@"canary +│ 2 +│ +[\d,]+ │ +\d\.\d\d% │ +5\.00% │ +0\.00% │ +[\d.]+ │ +[\d.]+ │", output);
        Assert.Matches(@"The prediction log has 2,000 of 2,000 answered payments: stable v1 [\d,]+, canary v2 [\d,]+\. One of", output);
        Assert.Matches(@"the guard rolled it back [\d.]+ s after the fault began", output);
        Assert.Matches(@"after that +0 of 1,000 payments reached it", output);
        Assert.Matches(@"failures seen +0 of [\d,]+ payments failed for their callers", output);
        await folder.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Containers_start_cold_under_load_are_frozen_between_calls_and_one_that_is_killed_is_replaced()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "this test reads /proc");
        using var folder = new StackFolder(StackFolder.Canary("20"));
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync("--splitting", "function");
        await using (var load = new Load(folder.Api, connections: 12, most: 600))
        {
            await load.FinishAsync();
            Assert.All(load.Answers, answer => Assert.True(answer.Status == 200, answer.Body));
            Assert.InRange(load.Answers.Count(static answer => answer.Variant == "canary"), 50, 200);
        }

        Assert.InRange(Containers(folder).Count, 2, 6);
        await Until.TrueAsync(() => Containers(folder).All(static id => StateOf(id) == 'T'), () => "they are never frozen");

        // A frozen container is called again, and one that was killed in the meantime is not.
        var killed = Containers(folder);
        foreach (var id in killed.Skip(1))
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            await process.WaitForExitAsync();
        }

        await using (var more = new Load(folder.Api, connections: 12, most: 300))
        {
            await more.FinishAsync();
            Assert.All(more.Answers, answer => Assert.True(answer.Status == 200, answer.Body));
            Assert.Contains(killed[0], Containers(folder));
        }

        // A container that is killed during a call gives its caller 502, and the others go on.
        await using (var others = new Load(folder.Api))
        {
            await others.MoreAsync(200);
            using (var busy = Process.GetProcessById(Containers(folder).First()))
                busy.Kill();
            await others.MoreAsync(500);
            Assert.InRange(others.Answers.Count(static answer => answer.Status != 200), 0, 1);
            Assert.All(others.Answers, static answer => Assert.True(answer.Status is 200 or 502, answer.Body));
        }

        // Frozen containers do not outlive a platform that is killed.
        await Until.TrueAsync(() => Containers(folder).All(static id => StateOf(id) == 'T'), () => "they are not frozen again");
        ms.Kill();
        await folder.AssertNothingIsLeftAsync();
    }

    // The processes that the stand-in of the platform has started.
    private static List<int> Containers(StackFolder folder) =>
        [.. folder.Processes().Where(static process => EnvironmentOf(process.Id).Contains("FN_LISTENER=", StringComparison.Ordinal))
            .Select(static process => process.Id).Order()];

    private static string EnvironmentOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static char StateOf(int id) => File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1][0];
}
