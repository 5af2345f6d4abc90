using System.Text.Json;

namespace ModelServing.EndToEnd.Tests;

public class DemoTests
{
    [Fact]
    public async Task Once_it_shows_the_split_and_the_endpoints_and_leaves_nothing()
    {
        using var folder = new StackFolder();
        var (exitCode, output) = await MsProcess.RunAsync(folder, "up", "--demo", "--once");
        Assert.True(exitCode == 0, output);
        Assert.Contains("Sending 20,000 transactions", output, StringComparison.Ordinal);
        Assert.Matches(@"stable +│ 1 +│ +[\d,]+ │ +9\d\.\d\d% │ +95\.00% │ +0\.00% │ +[\d.]+ ms │ +[\d.]+ ms", output);
        Assert.Matches(@"canary +│ 2 +│ +[\d,]+ │ +\d\.\d\d% │ +5\.00% │ +0\.00% │ +[\d.]+ ms │ +[\d.]+ ms", output);
        Assert.Contains($"{folder.Api}v2/models/fraud/infer", output, StringComparison.Ordinal);
        Assert.Contains($"{folder.Api}metrics", output, StringComparison.Ordinal);
        Assert.Contains("canary version 2 begins to fail on 20% of its calls", output, StringComparison.Ordinal);
        Assert.Matches(@"the guard rolled it back, [\d.]+ s after", output);
        Assert.Matches(@"evidence +error: \d+ failures against \d+ of stable, evidence \d+ of 8000", output);
        Assert.Matches(@"after that +0 of 1,000 payments reached it", output);
        Assert.Matches(@"failures seen +0 of [\d,]+ payments failed for their callers", output);
        Assert.Contains("ms reset fraud 2 --why REASON", output, StringComparison.Ordinal);
        await folder.NothingIsLeftAsync();
    }

    [Fact]
    public async Task It_serves_on_shows_the_new_split_after_an_edit_and_stops_at_Ctrl_C()
    {
        using var folder = new StackFolder();
        await using var ms = MsProcess.Start(folder, "up", "--demo");
        await ms.SaysAsync("Ctrl-C stops everything");
        var (known, status) = await MsProcess.RunAsync(folder, "status");
        Assert.True(known == 0, status);
        Assert.Contains("fraud version 2 is condemned since", status, StringComparison.Ordinal);
        var (promoted, refusal) = await MsProcess.RunAsync(folder, "promote", "fraud");
        Assert.True(promoted == 1, refusal);
        var (reset, said) = await MsProcess.RunAsync(folder, "reset", "fraud", "2", "--why", "the fault is gone");
        Assert.True(reset == 0, said);
        var (_, history) = await MsProcess.RunAsync(folder, "history", "fraud");
        Assert.Matches(@"(?s)started.*rolled back.*reset", history);
        folder.Write(StackFolder.Canary("40"));
        await ms.SaysAsync("│   40.00% │");
        // Tried again and good: now it may be promoted.
        var (done, change) = await MsProcess.RunAsync(folder, "promote", "fraud");
        Assert.True(done == 0, change);
        Assert.Contains("stable.version  1 -> 2", change, StringComparison.Ordinal);
        await ms.SaysAsync("fraud: kept warm none -> v1");
        var file = await File.ReadAllTextAsync(folder.StackFile, TestContext.Current.CancellationToken);
        Assert.Contains("keepWarm: [1]", file, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", file, StringComparison.Ordinal);
        ms.Signal("INT");
        Assert.Equal(0, await ms.ExitAsync());
        await folder.NothingIsLeftAsync();
    }

    [Fact]
    public async Task With_the_guard_off_an_alarm_on_the_minutes_numbers_has_the_canary_rolled_back()
    {
        using var folder = new StackFolder();
        // A canary large enough to have the alarm's least volume in each minute of this machine.
        folder.Write(StackFolder.Canary("40"));
        var (exitCode, output) = await MsProcess.RunAsync(folder, "up", "--demo", "--once", "--guard", "off");
        Assert.True(exitCode == 0, output);
        Assert.Contains("canary version 2 begins to be too late on 20% of its calls", output, StringComparison.Ordinal);
        Assert.Matches(@"the minute of [\d:]+: canary version 2: [\d,]+ requests, (1\d|2\d)\.\d% failed; stable version 1: [\d,]+ requests, 0\.0% failed", output);
        Assert.Matches(@"the alarm failure-rate fires \(.*variant canary, version 2\)", output);
        Assert.Matches(@"the function Rollback condemned it, [\d.]+ minutes after", output);
        Assert.Matches(@"evidence +failure-rate fired at ", output);
        Assert.Matches(@"after that +0 of 1,000 payments reached it", output);
        Assert.Matches(@"failures seen +0 of [\d,]+ payments failed for their callers", output);
        Assert.Contains("ms reset fraud 2 --why REASON", output, StringComparison.Ordinal);
        await folder.NothingIsLeftAsync();
    }

    [Fact]
    public async Task With_json_standard_output_is_one_document()
    {
        using var folder = new StackFolder();
        var (exitCode, output) = await MsProcess.RunAsync(folder, "up", "--demo", "--once", "--json");
        Assert.True(exitCode == 0, output);
        using var report = JsonDocument.Parse(output[output.IndexOf("\n{\n", StringComparison.Ordinal)..(output.IndexOf("\n}\n", StringComparison.Ordinal) + 3)]);
        Assert.Equal(20_000, report.RootElement.GetProperty("variants").EnumerateArray().Sum(variant => variant.GetProperty("requests").GetInt32()));
    }
}
