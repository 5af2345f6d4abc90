using System.Text.Json;

namespace ModelServing.EndToEnd.Tests;

public sealed class DemoTests(DemoTests.RunningDemo demo) : IClassFixture<DemoTests.RunningDemo>
{
    [Fact]
    public void The_console_shows_the_split_the_addresses_and_the_rollback()
    {
        var (output, api) = (demo.FirstOutput, demo.Folder.Api);
        // The first lines are the hosts' own: no embedded server prints a banner.
        Assert.All(output.Split('\n').Take(3), static line => Assert.Matches(@"^(fraud v[12]|router) +\| \d\d:\d\d:\d\d", line));
        Assert.DoesNotContain("Garnet", output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Ready to accept connections", output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Sending 20,000 transactions", output, StringComparison.Ordinal);
        Assert.Contains("Sending the 7", output, StringComparison.Ordinal);
        Assert.Matches(@"The feature views have read the 7\d,\d\d\d events of days 59-96, which took [\d.]+ s", output);
        Assert.Matches(@"Each payment was sent as card_id, terminal_id, amount and time\. [\d,]+ of 20,000 answers used", output);
        Assert.Matches(@"2\d,\d\d\d events\s+flowed\s+into the feature store", output);
        Assert.Matches(@"stable +│ 1 +│ +[\d,]+ │ +9\d\.\d\d% │ +95\.00% │ +0\.00% │ +[\d.]+ │ +[\d.]+ │", output);
        Assert.Matches(@"canary +│ 2 +│ +[\d,]+ │ +\d\.\d\d% │ +5\.00% │ +0\.00% │ +[\d.]+ │ +[\d.]+ │", output);
        Assert.Matches(@"The prediction log has 20,000 of 20,000 answered payments: stable v1 [\d,]+, canary v2 [\d,]+\. One of", output);
        Assert.Matches(@"│ model +│ fraud version 2 +│", output);
        Assert.Matches(@"│ input +│ features FP32\[1,15\] \[", output);
        Assert.Matches(@"│ outcome +│ (true|false) +│", output);
        Assert.Matches(@"stable +│ 1 +│ +[\d,]+ │ +[\d,]+ │ +[\d,]+ │ +[\d,]+ │ +\d+\.\d% │ +\d+\.\d% │", output);
        Assert.Matches(@"canary +│ 2 +│ +[\d,]+ │ +[\d,]+ │ +[\d,]+ │ +[\d,]+ │ +\d+\.\d% │ +\d+\.\d% │", output);
        Assert.Contains($"{api}v2/models/fraud/infer", output, StringComparison.Ordinal);
        Assert.Contains("""{"name":"card_id","shape":[1],"datatype":"INT64","data":[0]}""", output, StringComparison.Ordinal);
        Assert.Contains($"{api}metrics", output, StringComparison.Ordinal);
        Assert.Contains("canary version 2 starts failing 20% of its calls", output, StringComparison.Ordinal);
        Assert.Matches(@"the guard rolled it back [\d.]+ s after the fault began", output);
        Assert.Matches(@"evidence +error: \d+ failures against \d+ of stable, evidence \d+ of 8000", output);
        Assert.Matches(@"after that +0 of 1,000 payments reached it", output);
        Assert.Matches(@"failures seen +0 of [\d,]+ payments failed for their callers", output);
        Assert.Contains("ms reset fraud 2 --why REASON", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stack_without_the_feature_views_gets_the_line_to_add()
    {
        using var folder = new StackFolder();
        var (exitCode, output) = await MsProcess.RunAsync(folder, "up", "--demo", "--once");
        Assert.Equal(2, exitCode);
        Assert.Matches(@"Pulumi\.dev\.yaml.*--demo needs the feature views of the model 'fraud'", output);
        const string Line = "modelserving:features: { views: { card-activity: { versions: [1] }, terminal-risk: { versions: [1] } } }";
        Assert.Contains(Line, output, StringComparison.Ordinal);
        // The line is what it needs.
        File.AppendAllText(folder.StackFile, $"\n  {Line}\n");
        await using var ms = MsProcess.Start(folder, "up", "--demo", "--json");
        await ms.WaitForAsync("Sending the 7");
    }

    // The log is read by every way: one request, a list, and the export.
    private static async Task AssertLogAsync(StackFolder folder, JsonElement log)
    {
        Assert.Equal((20_000, 20_000), (log.GetProperty("answered").GetInt32(), log.GetProperty("logged").GetInt32()));
        var example = log.GetProperty("example").GetString()!;
        var attempt = (await MsProcess.QueryAsync(folder, "prediction", example)).GetProperty("attempts")[0];
        Assert.Equal((example, "canary"), (attempt.GetProperty("requestId").GetString(), attempt.GetProperty("variant").GetString()));
        var inputs = attempt.GetProperty("inputs").EnumerateArray()
            .ToDictionary(
                static input => input.GetProperty("name").GetString()!,
                static input => input.GetProperty("data").GetArrayLength());
        Assert.Equal(["amount", "card_id", "features", "terminal_id", "time"], inputs.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(15, inputs["features"]);
        var list = await MsProcess.QueryAsync(folder, "predictions", "--model", "fraud", "--since", "1h", "--limit", "700");
        Assert.Equal(700, list.EnumerateArray().Select(static one => one.GetProperty("requestId").GetString()).Distinct().Count());

        var file = Path.Combine(folder.FullPath, "fraud.parquet");
        var (exitCode, output) = await MsProcess.RunAsync(folder, "predictions", "export", "--since", "1h", "--out", file);
        Assert.True(exitCode == 0, output);
        Assert.Matches(@"fraud\.parquet: 2[\d],\d\d\d predictions, [\d,]+ bytes", output);
        Assert.Equal("PAR1"u8.ToArray(), File.ReadAllBytes(file)[..4]);
        (exitCode, output) = await MsProcess.RunAsync(folder, "predictions", "export", "--since", "1h", "--out", file);
        Assert.Equal(2, exitCode);
        Assert.Contains("exists", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_keeps_serving_shows_the_new_split_after_an_edit_and_stops_at_Ctrl_C()
    {
        var (folder, ms) = (demo.Folder, demo.Ms);
        var first = await ms.WaitForDocumentAsync(1);
        Assert.Equal(folder.Api.GetLeftPart(UriPartial.Authority), first.GetProperty("api").GetString());
        Assert.Equal(
            20_000,
            first.GetProperty("variants").EnumerateArray().Sum(static variant => variant.GetProperty("requests").GetInt32()));
        AssertVariant(first, 0, "stable", version: 1, expectedShare: 0.95);
        AssertVariant(first, 1, "canary", version: 2, expectedShare: 0.05);
        AssertRollback(first, reason: "guard");
        var features = first.GetProperty("features");
        Assert.InRange(features.GetProperty("events").GetInt32(), 20_000, 22_000);
        // Those of new cards and terminals, and on a busy machine of reads that took too long.
        Assert.InRange(features.GetProperty("defaults").GetInt32(), 0, 10_000);
        await AssertLogAsync(folder, first.GetProperty("log"));

        var condemned = (await StatusAsync(folder)).GetProperty("condemned").EnumerateArray().Single();
        Assert.Equal(2, condemned.GetProperty("version").GetInt32());
        var (promoted, refusal) = await MsProcess.RunAsync(folder, "promote", "fraud");
        Assert.True(promoted == 1, refusal);
        var (reset, output) = await MsProcess.RunAsync(folder, "reset", "fraud", "2", "--why", "the fault is gone");
        Assert.True(reset == 0, output);
        var kinds = (await MsProcess.QueryAsync(folder, "history", "fraud"))
            .EnumerateArray()
            .Select(static e => e.GetProperty("kind").GetString()!)
            .ToList();
        Assert.Equal(["started", "rolledBack", "reset"], kinds.Where(static kind => kind is "started" or "rolledBack" or "reset"));

        folder.Write(StackFolder.Canary("40"));
        var second = await ms.WaitForDocumentAsync(2);
        AssertVariant(second, 1, "canary", version: 2, expectedShare: 0.4);
        Assert.Equal(JsonValueKind.Null, second.GetProperty("rollback").ValueKind);

        // The new trial is good, so the canary may be promoted.
        var (few, minimum) = await MsProcess.RunAsync(folder, "promote", "fraud");
        Assert.True(few == 1, minimum);
        Assert.Contains("1,000 are the least to judge it by", minimum, StringComparison.Ordinal);
        Assert.Matches(@"last 60 minutes\n +stable v1 +[\d,]+ +[\d.]+%", minimum);
        var (done, change) = await MsProcess.RunAsync(folder, "promote", "fraud", "--yes");
        Assert.True(done == 0, change);
        var file = await File.ReadAllTextAsync(folder.StackFile, TestContext.Current.CancellationToken);
        Assert.Matches(@"stable:\s+version: 2\s", file);
        Assert.Contains("keepWarm: [1]", file, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", file, StringComparison.Ordinal);
        await ms.WaitForDocumentAsync(3);
        var status = await StatusAsync(folder);
        Assert.Equal(("stable", 2), Variant(status.GetProperty("variants").EnumerateArray().Single()));
        Assert.Equal(1, status.GetProperty("keptWarm").EnumerateArray().Single().GetProperty("version").GetInt32());

        ms.Signal("INT");
        Assert.Equal(0, await ms.ExitAsync());
        await folder.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task With_the_guard_off_an_alarm_rolls_the_canary_back_and_standard_output_is_one_document()
    {
        using var folder = new StackFolder(views: true);
        // With this share the canary has the alarm's minimum of requests in each minute.
        folder.Write(StackFolder.Canary("40"));
        await using var ms = MsProcess.Start(
            folder, "up", "--demo", "--once", "--guard", "off", "--payments", "2000", "--experiment", "10000", "--json");
        Assert.True(await ms.ExitAsync() == 0, ms.Output);
        using var document = JsonDocument.Parse(ms.StandardOutput);
        var rollback = AssertRollback(document.RootElement, reason: "alarm");
        Assert.StartsWith("failure-rate fired at ", rollback.GetProperty("evidence").GetString(), StringComparison.Ordinal);
        var alarm = rollback.GetProperty("alarm");
        Assert.Equal("failure-rate", alarm.GetProperty("name").GetString());
        Assert.Equal(
            ("canary", "2"),
            (alarm.GetProperty("dimensions")
                .GetProperty("variant")
                .GetString(), alarm.GetProperty("dimensions").GetProperty("version").GetString()));
        var minutes = rollback.GetProperty("minutes").EnumerateArray().ToList();
        Assert.Contains(minutes, static minute => Variant(minute) is ("canary", 2) && FailedShare(minute) is > 0.1 and < 0.3);
        Assert.All(minutes.Where(static minute => Variant(minute) is ("stable", 1)), static minute => Assert.Equal(0, FailedShare(minute)));
        Assert.Contains(minutes, static minute => Variant(minute) is ("stable", 1));

        // The condemned version gets a new trial, and half of the payments. So few of them seldom tell which version ranks better.
        var experiment = document.RootElement.GetProperty("experiment");
        Assert.Equal(10_000, experiment.GetProperty("units").GetInt32());
        var isCertain = experiment.GetProperty("certainFrom").ValueKind == JsonValueKind.Number;
        var conclusion = experiment.GetProperty("precision").GetProperty("conclusion").GetString();
        Assert.True(conclusion == "not-yet" || (isCertain && conclusion == "worse"), conclusion);
        Assert.All((string[])["stable", "arm"], arm => Assert.InRange(
            experiment.GetProperty("precision").GetProperty(arm).GetProperty("units").GetInt32(), 4_500, 5_500));
        Assert.Contains(
            isCertain
                ? "The simple model, version 1, ranks better: that was certain from payment "
                : "After 10,000 payments it is not certain which version ranks better.",
            ms.Output,
            StringComparison.Ordinal);
        await folder.AssertNothingIsLeftAsync();

        static double FailedShare(JsonElement minute) =>
            minute.GetProperty("failed").GetInt64() / (double)minute.GetProperty("requests").GetInt64();
    }

    private static void AssertVariant(JsonElement report, int index, string name, int version, double expectedShare)
    {
        var variant = report.GetProperty("variants")[index];
        Assert.Equal((name, version), Variant(variant));
        Assert.Equal(expectedShare, variant.GetProperty("expectedShare").GetDouble(), 1e-9);
        Assert.InRange(variant.GetProperty("share").GetDouble(), expectedShare - 0.06, expectedShare + 0.06);
        Assert.Equal(0, variant.GetProperty("errorRate").GetDouble());
        Assert.True(variant.GetProperty("p50Milliseconds").GetDouble() <= variant.GetProperty("p99Milliseconds").GetDouble());
        Assert.True(report.GetProperty("asExpected").GetBoolean());
    }

    private static JsonElement AssertRollback(JsonElement report, string reason)
    {
        var rollback = report.GetProperty("rollback");
        Assert.Equal(("canary", 2), Variant(rollback));
        Assert.Equal(reason, rollback.GetProperty("reason").GetString());
        Assert.True(rollback.GetProperty("seconds").GetDouble() > 0);
        Assert.InRange(rollback.GetProperty("failed").GetInt32(), 1, rollback.GetProperty("reached").GetInt32());
        Assert.Equal((1_000, 0), (rollback.GetProperty("laterPayments").GetInt32(), rollback.GetProperty("laterReached").GetInt32()));
        Assert.Equal(0, rollback.GetProperty("failedForCallers").GetInt32());
        Assert.Equal("ms reset fraud 2 --why REASON", rollback.GetProperty("resetCommand").GetString());
        Assert.True(rollback.GetProperty("asExpected").GetBoolean());
        return rollback;
    }

    private static async Task<JsonElement> StatusAsync(StackFolder folder) =>
        (await MsProcess.QueryAsync(folder, "status", "fraud")).GetProperty("models").EnumerateArray().Single();

    private static (string Name, int Version) Variant(JsonElement element) =>
        ((element.TryGetProperty("variant", out var name) ? name : element.GetProperty("name")).GetString()!, element.GetProperty("version")
            .GetInt32());

    /// <summary>A demo that has played all of its scenes, and then keeps serving.</summary>
    public sealed class RunningDemo : IAsyncLifetime
    {
        internal StackFolder Folder { get; } = new(views: true);

        internal MsProcess Ms { get; private set; } = null!;

        /// <summary>What it printed until all scenes were over.</summary>
        internal string FirstOutput { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            Ms = MsProcess.Start(Folder, "up", "--demo", "--experiment", "0", "--json");
            await Ms.WaitForAsync("Ctrl-C stops everything");
            FirstOutput = Ms.Output;
        }

        public async ValueTask DisposeAsync()
        {
            await Ms.DisposeAsync();
            Folder.Dispose();
        }
    }
}
