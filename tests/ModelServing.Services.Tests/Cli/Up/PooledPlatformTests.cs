using System.Diagnostics;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Router;
using ModelServing.Settings.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up;

/// <summary>A platform with a pool, whose hosts are shell scripts.</summary>
public sealed class PooledPlatformTests : IAsyncLifetime
{
    private const string Serve = StandInHosts.WriteAddress + "; cat";

    // A pool with version 8 does not start. With version 6, a signal ends the process as long as a file is missing.
    private const string Inference =
        "POOL=${MODELSERVING_POOL#file:}; FOLDER=$(dirname $(dirname $MODELSERVING_ADDRESS_FILE)); " +
        "grep -q '\"version\": 8' $POOL /dev/null && { echo '12:34:56.789 FTL it is broken'; exit 1; }; " +
        "grep -q '\"version\": 6' $POOL /dev/null && { [ -e $FOLDER/enough ] || kill -9 $$; }; " +
        "STATE=$MODELSERVING_POOL_STATE; " +
        "[ -z $STATE ] || { [ -e $STATE/exit ] && echo ended with $(cat $STATE/exit); echo counts in $STATE; }; " + Serve;

    private const string TwoModels = """
        lin: { stable: { version: 1 }, canary: { version: 2, percent: 10 }, batchRows: 4, pods: { pool: small } },
        text: { stable: { version: 1 }, pods: { pool: small } }
        """;

    private readonly TemporaryFolder folder = new();
    private readonly RecordedTerminal terminal = new();
    private readonly StandInHosts hosts = new();

    private Platform? platform;

    private Platform Running => platform!;

    public async ValueTask InitializeAsync()
    {
        await hosts.StartAsync();
        platform = new Platform(
            new HostPrograms(hosts.Program(Inference), hosts.Program(Serve), hosts.Program(Serve), hosts.Program(Serve)),
            new PlatformSettings(
                folder.FullPath,
                "file:/nowhere",
                new StackSettings { Models = new Dictionary<ModelName, ModelSettings>() },
                new PlatformPace(TimeSpan.FromSeconds(60), GuardOff: false)),
            terminal.Terminal,
            TimeProvider.System,
            default);
    }

    public async ValueTask DisposeAsync()
    {
        if (platform is not null)
            await platform.DisposeAsync();
        await hosts.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_pool_has_two_processes_that_serve_all_its_versions()
    {
        Assert.Empty(await StartAsync(TwoModels));
        var processes = ProcessesOf("text", 1);
        Assert.Equal(2, processes.Count);
        Assert.Equal(processes, ProcessesOf("lin", 1));
        Assert.Equal(processes, ProcessesOf("lin", 2));
        Assert.Equal(6, Read().Count);
        var document = PoolDocument.Parse(
            await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(folder.Combine("run"), "pool.json", SearchOption.AllDirectories)),
            TestContext.Current.CancellationToken));
        Assert.Equal("small", document.Name.Text);
        Assert.Equal(
            ["lin 1 4", "lin 2 4", "text 1 32"],
            document.Versions.Select(static version => $"{version.Model} {version.Version} {version.BatchRows}"));
        // Each process has a state of its own.
        Assert.Equal(2, terminal.Lines.Where(static line => line.Contains("counts in", StringComparison.Ordinal)).Distinct().Count());
    }

    [Fact]
    public async Task A_changed_pool_replaces_its_processes_and_a_version_beside_it_keeps_its_own()
    {
        await StartAsync(TwoModels + ", fraud: { stable: { version: 1 } }");
        var (before, lone) = (ProcessesOf("text", 1), ProcessesOf("fraud", 1));
        Assert.Single(lone);
        var gaps = Watch(["lin 1", "lin 2", "text 1", "fraud 1"]);
        Assert.Empty(await ApplyAsync(
            TwoModels + ", fraud: { stable: { version: 1 } }, more: { stable: { version: 5 }, pods: { pool: small } }"));
        Assert.Equal(2, ProcessesOf("more", 5).Count);
        await terminal.WaitForAsync("pool small stops: other processes serve its versions now");
        Assert.Empty(await gaps());
        Assert.Equal(ProcessesOf("more", 5), ProcessesOf("text", 1));
        Assert.Empty(before.Intersect(ProcessesOf("text", 1)));
        Assert.Equal(lone, ProcessesOf("fraud", 1));
    }

    [Fact]
    public async Task An_unchanged_pool_keeps_its_processes()
    {
        await StartAsync(TwoModels);
        var before = ProcessesOf("text", 1);
        await ApplyAsync(TwoModels.Replace("percent: 10", "percent: 20", StringComparison.Ordinal));
        Assert.Equal(before, ProcessesOf("text", 1));
        Assert.Equal(2000, Running.Plan.Rollouts[ModelName.Parse("lin")].Variants[0].Weight);
    }

    [Fact]
    public async Task A_model_moves_into_a_pool_and_out_of_it_without_a_gap()
    {
        const string Apart = "fraud: { stable: { version: 1 } }, text: { stable: { version: 1 }, pods: { pool: small } }";
        const string Together = "fraud: { stable: { version: 1 }, pods: { pool: small } }, text: { stable: { version: 1 }, pods: { pool: " +
            "small } }";
        await StartAsync(Apart);
        var gaps = Watch(["fraud 1", "text 1"]);
        await ApplyAsync(Together);
        await terminal.WaitForAsync("fraud v1 stops: other processes serve its versions now");
        await Until(() => Read().Count == 4);
        Assert.Equal(ProcessesOf("text", 1), ProcessesOf("fraud", 1));
        await ApplyAsync(Apart);
        await Until(() => Read().Count == 3);
        Assert.Single(ProcessesOf("fraud", 1));
        Assert.Equal(2, ProcessesOf("text", 1).Count);
        Assert.Empty(await gaps());
    }

    [Fact]
    public async Task A_version_that_the_pool_refuses_is_named_and_the_others_are_served()
    {
        hosts.Refused["lin v2"] = ("its SHA-256 is wrong", false);
        var failure = Assert.Single(await StartAsync(TwoModels));
        Assert.Equal(("lin v2 is not ready: its SHA-256 is wrong", false), (failure.Message, failure.IsTransient));
        Assert.Contains("lin v2 is not ready: its SHA-256 is wrong", terminal.Lines);
        Assert.Contains("lin is served without what is not ready: stable v1 100%", terminal.Lines);
        Assert.Equal(["lin 1", "lin 1", "text 1", "text 1"], Read().Select(static entry => $"{entry.Model} {entry.Version}"));
        Assert.Empty(Running.Unserved);
    }

    [Fact]
    public async Task A_process_that_is_killed_is_restarted_with_the_reason_and_the_other_one_serves_meanwhile()
    {
        await StartAsync(TwoModels);
        var before = ProcessesOf("text", 1);
        Kill(before[0]);
        await terminal.WaitForAsync("was ended by signal 9 (SIGKILL); it restarts in 0.25 s");
        await terminal.WaitForAsync("ended with 137");
        await Until(() => ProcessesOf("text", 1).Count == 2);
        Assert.Equal(before[1], Assert.Single(ProcessesOf("text", 1).Intersect(before)));
    }

    [Fact]
    public async Task A_version_that_ended_a_process_is_taken_out_of_the_other_one_too()
    {
        await StartAsync(TwoModels);
        hosts.Refused["lin v2"] = ("it was running when the process ended", true);
        Kill(ProcessesOf("text", 1)[1]);
        await terminal.WaitForAsync("lin v2 gets no more requests: it was running when the process ended");
        // The line comes before the endpoints are written.
        await Until(() => ProcessesOf("text", 1).Count == 2 && ProcessesOf("lin", 2).Count == 0 && ProcessesOf("lin", 1).Count == 2);
        // It is not tried again with the same pool.
        Assert.Equal(
            "lin v2 is not ready: it was running when the process ended", Assert.Single(await ApplyAsync(TwoModels)).Message);
        Assert.Contains("lin keeps its present rollout: stable v1 90%, canary v2 10%", terminal.Lines);
    }

    [Fact]
    public async Task A_pool_that_a_signal_ends_while_it_starts_is_started_again()
    {
        var starting = StartAsync("lin: { stable: { version: 6 }, pods: { pool: small } }, text: { stable: { version: 1 } }");
        await terminal.WaitForAsync("pool small 2 (process");
        await File.WriteAllTextAsync(folder.Combine("enough"), "", TestContext.Current.CancellationToken);
        await starting;
        await Until(() => ProcessesOf("lin", 6).Count == 2);
    }

    [Fact]
    public async Task A_pool_that_does_not_start_leaves_the_one_before_it_in_place()
    {
        await StartAsync(TwoModels);
        var before = ProcessesOf("text", 1);
        var failure = Assert.Single(
            await ApplyAsync(TwoModels + ", more: { stable: { version: 8 }, pods: { pool: small } }"));
        Assert.Equal("more 8", $"{failure.Version!.Model} {failure.Version.Version}");
        Assert.Contains("pool small 1 did not start: it is broken (it ended with exit code 1)", terminal.Lines);
        Assert.Contains("more can't be served, because its stable version 8 is not ready", terminal.Lines);
        Assert.Equal(before, ProcessesOf("text", 1));

        // What the stack file says next takes its place.
        Assert.Empty(await ApplyAsync(TwoModels + ", more: { stable: { version: 5 }, pods: { pool: small } }"));
        await Until(() => Read().Count == 8);
        Assert.Empty(before.Intersect(ProcessesOf("text", 1)));
    }

    private static Task Until(Func<bool> condition) => RunningRouter.UntilAsync(condition, "the endpoints are as expected");

    // Watches the endpoints until it is called, and returns what had none at a moment.
    private Func<Task<IReadOnlyCollection<string>>> Watch(string[] versions)
    {
        var ending = new CancellationTokenSource();
        var gaps = new HashSet<string>();
        var watching = Task.Run(async () =>
        {
            while (!ending.IsCancellationRequested)
            {
                gaps.UnionWith(versions.Except(Read().Select(static entry => $"{entry.Model} {entry.Version}")));
                await Task.Delay(5);
            }
        });
        return async () =>
        {
            await ending.CancelAsync();
            await watching;
            ending.Dispose();
            return gaps;
        };
    }

    private Task<IReadOnlyList<VersionFailure>> StartAsync(string models) =>
        Running.StartAsync(Models(models), new ApiPort(9, true), default);

    private Task<IReadOnlyList<VersionFailure>> ApplyAsync(string models) => Running.ApplyAsync(Models(models), default);

    private static IReadOnlyDictionary<ModelName, ModelSettings> Models(string models) =>
        SomeStack.File($"config: {{ modelserving:pools: {{ small: {{}} }}, modelserving:models: {{ {models.ReplaceLineEndings(" ")} }} }}")
            .Settings.Models;

    private List<int> ProcessesOf(string model, int version) =>
        [.. Read().Where(entry => entry.Model.Text == model && entry.Version.Number == version).Select(static entry => entry.Process)];

    private IReadOnlyList<EndpointEntry> Read() => EndpointsDocument.Parse(File.ReadAllBytes(folder.Combine("endpoints.json"))).Endpoints;

    private static void Kill(int process)
    {
        using var victim = Process.GetProcessById(process);
        victim.Kill();
    }
}
