using System.Diagnostics;
using System.Net;
using ModelServing.Contracts;

namespace ModelServing.EndToEnd.Tests;

public class FailoverTests
{
    [Theory]
    [InlineData("5")]
    [InlineData("50")]
    public async Task A_canary_that_is_killed_with_requests_in_flight_on_it_fails_no_caller(string percent)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "this test looks up unread bytes in /proc");
        const int InFlight = 16;
        using var folder = new StackFolder($"{StackFolder.Canary(percent)}\n      deadline: 5m");
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync();
        await using (var before = new Load(folder.Api, connections: 20))
            await before.MoreAsync(500);

        // A stopped process accepts requests but does not answer, until nearly every caller waits for it. It is stopped while there is no
        // load: a request that it had read would keep its caller and would not be among the unread ones.
        var canary = folder.EndpointOf(2)!;
        using var process = Process.GetProcessById(canary.Process);
        await Signals.SendAsync(process, "STOP");
        await using var load = new Load(folder.Api, connections: 20);
        await UnreadRequests.AreAsync(InFlight, IPEndPoint.Parse(canary.Address).Port);
        process.Kill();

        await Until.TrueAsync(() => folder.ProcessOf(2) is { } next && next != canary.Process, () => $"it is not restarted:\n{ms.Output}");
        await load.CanaryShareAsync(share => share > 0.01, () => $":\n{ms.Output}");
        Assert.All(load.Answers, answer => Assert.True(answer.Status == 200, answer.Body));
        var retried = load.Answers.Where(answer => answer.Failover.Length > 0).ToList();
        Assert.True(retried.Count >= InFlight, $"{retried.Count} were retried");
        Assert.All(
            retried,
            answer => Assert.Equal((VariantPlan.Canary, VariantPlan.Stable, "1"), (answer.Failover, answer.Variant, answer.Version)));
        // All requests lost with one process count as one failure, which is not a reason for a rollback.
        var (exitCode, history) = await MsProcess.RunAsync(folder, "history", "fraud");
        Assert.True(exitCode == 0, history);
        Assert.Contains("started", history, StringComparison.Ordinal);
        Assert.DoesNotContain("rolled back", history, StringComparison.Ordinal);
    }
}
