using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Sample;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary><c>ms up</c> with models in a pool: what callers see while its processes change, are killed, or are ended by one of its
/// versions.</summary>
public sealed class PoolTests
{
    private const string Fraud = "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 50 }, pods: { pool: small } }";
    private const string Other = "other: { stable: { version: 1 }, canary: { version: 2, percent: 50 }, pods: { pool: small } }";
    private const string Slow = "slow: { stable: { version: 1 }, canary: { version: 2, percent: 50 }, pods: { pool: small } }";
    private const string Lone = "lone: { stable: { version: 1 } }";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_models_with_a_canary_each_are_served_by_the_two_processes_of_a_pool()
    {
        using var folder = await PoolAsync(Fraud, Other);
        await using var ms = await folder.UpAsync();
        Assert.Equal(2, ProcessesOf(folder, "fraud", 1).Count);
        foreach (var model in (string[])["fraud", "other"])
        {
            foreach (var version in (int[])[1, 2])
                Assert.Equal(ProcessesOf(folder, "fraud", 1), ProcessesOf(folder, model, version));
        }

        using var http = new HttpClient();
        foreach (var path in (string[])["fraud/versions/1", "fraud/versions/2", "other/versions/1", "other/versions/2"])
        {
            var answer = await Load.SendAsync(http, new Uri(folder.Api, $"/v2/models/{path}/infer"), 0);
            Assert.True(answer.Status == 200, answer.Body);
            Assert.Equal(path[^1..], answer.Version);
        }

        await using (var load = new Load(folder.Api, model: "other"))
            await load.CanaryShareAsync(static share => share is > 0.3 and < 0.7);
        var status = await MsProcess.QueryAsync(folder, "status");
        foreach (var model in status.GetProperty("models").EnumerateArray())
            Assert.All(model.GetProperty("variants").EnumerateArray(), static variant => Assert.Equal(2, ReadyOf(variant)));
        // A version of the pool is promoted like any other.
        var (exitCode, output) = await MsProcess.RunAsync(folder, "promote", "other", "--yes");
        Assert.True(exitCode == 0, output);
        await ms.WaitForAsync("other: stable");

        ms.Signal("TERM");
        Assert.Equal(0, await ms.ExitAsync());
        await folder.AssertNothingIsLeftAsync();

        static int ReadyOf(JsonElement variant) => variant.GetProperty("readyEndpoints").GetInt32();
    }

    [Fact]
    public async Task A_changed_pool_replaces_its_processes_without_a_failed_request_and_leaves_a_model_beside_it_alone()
    {
        using var folder = await PoolAsync(Fraud, Lone);
        await PublishAsync(folder, "lone");
        await using var ms = await folder.UpAsync();
        var (before, lone) = (ProcessesOf(folder, "fraud", 1), ProcessesOf(folder, "lone", 1));
        await using Load load = new(folder.Api), beside = new(folder.Api, model: "lone");
        await load.MoreAsync(200);

        Write(folder, Fraud, Lone, Other);
        await ms.WaitForAsync("pool small stops: other processes serve its versions now");
        await load.MoreAsync(500);
        Assert.Empty(before.Intersect(ProcessesOf(folder, "fraud", 1)));
        Assert.Equal(ProcessesOf(folder, "other", 2), ProcessesOf(folder, "fraud", 1));

        // Out of the pool, into processes of its own.
        Write(folder, Fraud.Replace(", pods: { pool: small }", "", StringComparison.Ordinal), Lone, Other);
        await Until.TrueAsync(
            () => ProcessesOf(folder, "fraud", 1).Count == 1 && ProcessesOf(folder, "other", 1).Count == 2, () => ms.Output);
        await load.MoreAsync(500);
        await beside.MoreAsync(100);
        Assert.All(load.Answers, answer => Assert.True(answer.Status == 200, answer.Body));
        Assert.All(beside.Answers, answer => Assert.True(answer.Status == 200, answer.Body));
        Assert.Equal(lone, ProcessesOf(folder, "lone", 1));
    }

    [Fact]
    public async Task A_killed_process_of_a_pool_is_restarted_and_no_caller_sees_a_failure()
    {
        using var folder = await PoolAsync(Fraud, Other);
        await using var ms = await folder.UpAsync();
        await using Load load = new(folder.Api, connections: 16), others = new(folder.Api, model: "other");
        for (var kill = 0; kill < 4; kill++)
        {
            await load.MoreAsync(300);
            var processes = ProcessesOf(folder, "fraud", 1);
            var killed = processes[kill % 2];
            Process.GetProcessById(killed).Kill();
            await Until.TrueAsync(
                () => ProcessesOf(folder, "fraud", 1) is { Count: 2 } now && !now.Contains(killed),
                () => $"it is not restarted:\n{ms.Output}");
        }

        await others.MoreAsync(200);
        Assert.All(load.Answers.Concat(others.Answers), answer => Assert.True(answer.Status == 200, answer.Body));
        Assert.Contains("was ended by signal 9 (SIGKILL); it restarts in", ms.Output, StringComparison.Ordinal);
        // What an operator, or a lack of memory, kills is not the fault of the versions that ran.
        Assert.DoesNotContain("gets no more requests", ms.Output, StringComparison.Ordinal);
        foreach (var version in (int[])[1, 2])
            Assert.Equal(2, ProcessesOf(folder, "other", version).Count);
    }

    [Fact]
    public async Task A_version_that_ends_its_process_takes_no_request_of_others_with_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a signal takes the place of a fault of the runtime");
        using var folder = await PoolAsync(Fraud, Slow);
        await PublishLoopAsync(folder);
        await using var ms = await folder.UpAsync();
        await using (var load = new Load(folder.Api))
        {
            await load.MoreAsync(200);
            await CrashAsync(folder, ms, load);
            await load.MoreAsync(200);
            Assert.All(load.Answers, answer => Assert.True(answer.Status == 200, answer.Body));
        }

        Assert.Contains("SIGSEGV", ms.Output, StringComparison.Ordinal);
        // One loss is not a reason for anybody's rollback.
        var (exitCode, history) = await MsProcess.RunAsync(folder, "history", "fraud");
        Assert.True(exitCode == 0, history);
        Assert.DoesNotContain("rolled back", history, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_ends_its_process_again_gets_no_more_requests_and_stable_answers_for_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a signal takes the place of a fault of the runtime");
        const string Refused = "slow v2 gets no more requests: ";
        using var folder = await PoolAsync(Fraud, Slow);
        await PublishLoopAsync(folder);
        await using var ms = await folder.UpAsync();
        await using var load = new Load(folder.Api);
        // Each process may need two of its own.
        for (var crash = 0; crash < 8 && !ms.Output.Contains(Refused, StringComparison.Ordinal); crash++)
            await CrashAsync(folder, ms, load, unless: Refused);
        await ms.WaitForAsync(Refused);

        // Neither process gets it any more, and stable answers for it. The processes stop serving it one after the other.
        await Until.TrueAsync(() => EndpointsOf(folder, "slow", 2).Count == 0, () => $"it is still an endpoint:\n{ms.Output}");
        Assert.Equal(2, ProcessesOf(folder, "slow", 1).Count);
        using var http = new HttpClient();
        // The router reads the endpoints a moment later.
        await Until.TrueAsync(
            () => Enumerable.Range(0, 20).All(_ => AskAsync(folder, http, 1).GetAwaiter().GetResult().Version == "1"), () => ms.Output);
        for (var i = 0; i < 50; i++)
            Assert.Equal((200, "1"), await AskAsync(folder, http, 1));
        await load.MoreAsync(200);
        Assert.All(load.Answers, answer => Assert.True(answer.Status == 200, answer.Body));
    }

    [Fact]
    public async Task A_canary_of_a_pool_that_fails_is_rolled_back_and_no_other_version_notices()
    {
        using var folder = await PoolAsync(Fraud, Slow);
        await PublishLoopAsync(folder, canary: SomeOnnx.LookupOne("count"));
        await using var ms = await folder.UpAsync();
        var processes = ProcessesOf(folder, "slow", 1);
        await using var load = new Load(folder.Api);
        await load.CanaryShareAsync(static share => share is > 0.3 and < 0.7);
        using var http = new HttpClient();
        // The table of the canary ends before this. Stable answers for it.
        JsonElement condemned = default;
        for (var i = 0; condemned.ValueKind != JsonValueKind.Object; i++)
        {
            Assert.True(i < 100, $"it is not rolled back:\n{ms.Output}");
            for (var ask = 0; ask < 50; ask++)
                Assert.Equal((200, "1"), await AskAsync(folder, http, 5));
            condemned = (await StatusAsync("slow")).GetProperty("condemned").EnumerateArray().FirstOrDefault();
        }

        Assert.Equal(2, condemned.GetProperty("version").GetInt32());
        // The table has this element, but a condemned version gets no more requests.
        for (var i = 0; i < 100; i++)
            Assert.Equal((200, "1"), await AskAsync(folder, http, 1));
        await load.CanaryShareAsync(static share => share is > 0.3 and < 0.7);
        Assert.Empty((await StatusAsync("fraud")).GetProperty("condemned").EnumerateArray());
        Assert.All(load.Answers, answer => Assert.True(answer.Status == 200, answer.Body));
        Assert.Equal(processes, ProcessesOf(folder, "slow", 1));
        Assert.Equal(processes, ProcessesOf(folder, "fraud", 2));

        async Task<JsonElement> StatusAsync(string model) => (await MsProcess.QueryAsync(folder, "status")).GetProperty("models")
            .EnumerateArray().Single(one => one.GetProperty("model").GetString() == model);
    }

    [Fact]
    public async Task A_damaged_version_in_a_pool_keeps_no_other_from_being_served()
    {
        using var folder = await PoolAsync(Fraud, Other);
        var path = Path.Combine(folder.FullPath, ".modelserving", "dev", "registry", "models", "other", "1", "model.onnx");
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Token);
        await using var ms = await folder.UpAsync();
        Assert.Contains("other v1 is not ready: ", ms.Output, StringComparison.Ordinal);
        Assert.Contains("its SHA-256 is", ms.Output, StringComparison.Ordinal);
        Assert.Contains("other can't be served, because its stable version 1 is not ready", ms.Output, StringComparison.Ordinal);
        await using var load = new Load(folder.Api);
        await load.CanaryShareAsync(static share => share is > 0.3 and < 0.7);
        Assert.All(load.Answers, answer => Assert.True(answer.Status == 200, answer.Body));
        using var http = new HttpClient();
        (await Load.SendAsync(http, new Uri(folder.Api, "/v2/models/other/versions/1/infer"), 0)).IsProblem(503);
    }

    // Ends a process of the pool while the canary of the slow model runs in it, and waits for the next one. It does nothing if the canary
    // is not served by both, because this was printed meanwhile.
    private static async Task CrashAsync(StackFolder folder, MsProcess ms, Load load, string? unless = null)
    {
        var endpoints = EndpointsOf(folder, "slow", 2);
        await Until.TrueAsync(
            () => (endpoints = EndpointsOf(folder, "slow", 2)).Count == 2
                || (unless is not null && ms.Output.Contains(unless, StringComparison.Ordinal)),
            () => ms.Output);
        if (endpoints.Count < 2)
            return;
        var endpoint = endpoints[0];
        using var http = new HttpClient { Timeout = MsProcess.Timeout };
        // A call that never ends, to be sure that it runs when the signal comes.
        var running = http.PostAsync(
            new Uri($"http://{endpoint.Address}/v2/models/slow/versions/2/infer"), Loop(SomeSlowOnnx.Endless), Token);
        await load.MoreAsync(100);
        Assert.False(running.IsCompleted, ms.Output);
        // .NET only restores the signal's own action at the first one, because a fault of its code would come again.
        while (!running.IsCompleted)
        {
            using var kill = Process.Start("kill", ["-s", "SEGV", endpoint.Process.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(Token);
            await Task.WhenAny(running, Task.Delay(100, Token));
        }

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => running);
        await Until.TrueAsync(
            () => ProcessesOf(folder, "fraud", 1) is { Count: 2 } now && !now.Contains(endpoint.Process),
            () => $"it is not restarted:\n{ms.Output}");
    }

    private static async Task<StackFolder> PoolAsync(params string[] models)
    {
        var folder = new StackFolder(Text(models));
        await folder.PublishAsync();
        if (models.Contains(Other) || models.Contains(Lone))
        {
            await PublishAsync(folder, "other");
            await PublishAsync(folder, "other", version: 2);
        }

        return folder;
    }

    private static void Write(StackFolder folder, params string[] models) => folder.WriteByRename(Text(models));

    private static string Text(string[] models) =>
        string.Concat(models.Select(static model => $"    {model}\n")) + "  modelserving:pools:\n    small: {}\n";

    private static Task PublishAsync(StackFolder folder, string model, int version = 1) =>
        folder.PublishAsync(model, version, File.ReadAllBytes(SampleArtifacts.ModelPath(version)));

    private static async Task<(int Status, string Version)> AskAsync(StackFolder folder, HttpClient http, long count)
    {
        using var answer = await http.PostAsync(new Uri(folder.Api, "/v2/models/slow/infer"), Loop(count), Token);
        return ((int)answer.StatusCode, answer.Headers.GetValues(HeaderNames.ModelVersion).Single());
    }

    private static async Task PublishLoopAsync(StackFolder folder, byte[]? canary = null)
    {
        await folder.PublishAsync("slow", 1, SomeSlowOnnx.Loop());
        await folder.PublishAsync("slow", 2, canary ?? SomeSlowOnnx.Loop());
    }

    private static StringContent Loop(long count) => new(
        $$"""{"inputs":[{"name":"count","shape":[],"datatype":"INT64","data":[{{count}}]}]}""", Encoding.UTF8, "application/json");

    private static List<EndpointEntry> EndpointsOf(StackFolder folder, string model, int version) =>
        [.. folder.Endpoints().Where(entry => entry.Model.Text == model && entry.Version.Number == version)];

    private static List<int> ProcessesOf(StackFolder folder, string model, int version) =>
        [.. EndpointsOf(folder, model, version).Select(static entry => entry.Process)];
}
