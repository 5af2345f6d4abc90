using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Settings.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up;

public sealed class PlatformTests : IAsyncLifetime
{
    private const string Serve = StandInHosts.WriteAddress + "; cat";

    // Versions 3 and 8 are damaged; version 4 never becomes ready; version 6 is killed as long as a file is missing.
    private const string Inference =
        "case $MODELSERVING_VERSION in 3|8) echo '12:34:56.789 FTL it is damaged'; exit 1;; 4) echo loading; while true; do sleep 0.1; " +
            "done;; 6) [ -e $(dirname $(dirname $MODELSERVING_ADDRESS_FILE))/enough ] || kill -9 $$;; esac; " +
            "echo takes $MODELSERVING_MAX_REQUEST_BYTES; " + Serve;

    private readonly TemporaryFolder folder = new();
    private readonly RecordedTerminal terminal = new();
    private readonly StandInHosts hosts = new();
    private static readonly StackSettings Stack = new() { Models = new Dictionary<ModelName, ModelSettings>(), MaxRequestBytes = 2048 };

    private Platform? platform;

    private Platform Running => platform!;

    public async ValueTask InitializeAsync()
    {
        await hosts.StartAsync();
        platform = new Platform(
            new HostPrograms(
                hosts.Program(Inference),
                hosts.Program("echo serving; echo takes $MODELSERVING_MAX_REQUEST_BYTES; " + Serve),
                hosts.Program("echo called; " + Serve),
                hosts.Program("echo views $MODELSERVING_VIEWS; " + Serve)),
            new PlatformSettings(folder.FullPath, "file:/nowhere", Stack, new PlatformPace(TimeSpan.FromSeconds(60), GuardOff: false)),
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
    public async Task Versions_are_endpoints_before_the_router_starts()
    {
        await StartAsync(SomeStack.Yaml());
        Assert.Equal([1, 2], Endpoints());
        Assert.Equal(SomeStack.Plan().ToUtf8(), await PlanAsync());
        Assert.Equal("http://127.0.0.1:9/", Running.Api.ToString());
        Assert.Contains("router   | serving", terminal.Lines);
        Assert.Contains("router   | takes 2048", terminal.Lines);
        Assert.Contains("fraud v1 | takes 2048", terminal.Lines);
    }

    [Fact]
    public async Task Anyone_is_a_caller_by_default_and_this_machine_is_always_an_operator()
    {
        await StartAsync(SomeStack.Yaml());
        ClientsDocument Clients() => ClientsDocument.Parse(File.ReadAllBytes(folder.Combine("clients.json")));
        Assert.True(Clients().Anonymous);
        var (name, entry) = Assert.Single(Clients().Clients);
        Assert.Equal(("ms", ClientRole.Operator), (name.Text, entry.Role));
        Assert.Equal(
            ApiKey.HashOf((await File.ReadAllTextAsync(folder.Combine("operator.key"), TestContext.Current.CancellationToken)).Trim()),
            Assert.Single(entry.KeyHashes));

        Running.ApplyClients(new ClientsDocument
        {
            Schema = 1,
            Anonymous = false,
            Clients = new() { [ModelName.Parse("shop")] = new ClientEntry { KeyHashes = [new string('1', 64)], Role = ClientRole.Caller } },
        });
        Assert.False(Clients().Anonymous);
        Assert.Equal(["ms", "shop"], Clients().Clients.Keys.Select(static client => client.Text));
    }

    [Fact]
    public async Task The_feature_server_runs_while_the_stack_file_has_views()
    {
        await StartAsync(SomeStack.Yaml());
        var address = folder.Combine("features.address");
        Assert.False(File.Exists(address));
        Assert.True(await Running.ApplyAsync(Views("1"), default));
        Assert.Equal(hosts.Address.ToString(), await File.ReadAllTextAsync(address, TestContext.Current.CancellationToken));
        Assert.False(await Running.ApplyAsync(Views("1"), default));
        Assert.True(await Running.ApplyAsync(Views("1", "2"), default));
        Assert.True(File.Exists(address));
        Assert.True(await Running.ApplyAsync(new FeatureSettings(), default));
        Assert.False(File.Exists(address));

        static FeatureSettings Views(params string[] versions) => new()
        {
            Views = new Dictionary<ModelName, ViewSettings>
            {
                [ModelName.Parse("cards")] = new() { Versions = [.. versions.Select(static version => ModelVersion.Parse(version))] },
            },
        };
    }

    [Fact]
    public async Task A_damaged_canary_leaves_all_to_stable()
    {
        var failure = Assert.Single(await StartAsync(SomeStack.Yaml(canary: "3")));
        Assert.Equal(("3", false), (failure.Version!.Version.ToString(), failure.IsTransient));
        Assert.Contains("fraud v3 did not start: it is damaged (it ended with exit code 1)", terminal.Lines);
        Assert.Contains("fraud is served without what is not ready: stable v1 100%", terminal.Lines);
        Assert.Equal(PlanMaker.Make(SomeStack.File(Stable("fraud", 1)).Settings.Models).ToUtf8(), await PlanAsync());
        Assert.Equal([1], Endpoints());
        Assert.Empty(Running.Unserved);
    }

    [Fact]
    public async Task A_damaged_stable_version_does_not_keep_other_models_from_being_served()
    {
        Assert.Single(await StartAsync("config: { modelserving:models: { lin: { stable: { version: 3 } }, text: { stable: { version: " +
            "1 } } } }"));
        Assert.Contains("lin can't be served, because its stable version 3 is not ready", terminal.Lines);
        Assert.Equal(["lin", "text"], Running.Plan.Rollouts.Keys.Select(static model => model.Text));
        Assert.Equal(["text"], Read().Select(static entry => entry.Model.Text));
        Assert.Equal(["lin"], Running.Unserved.Select(static model => model.Text));
        Assert.Contains("router  | serving", terminal.Lines);
    }

    [Fact]
    public async Task A_version_that_is_killed_is_started_again_and_the_plan_follows()
    {
        var changes = new StackChanges(Running, "Pulumi.dev.yaml", terminal.Terminal);
        Assert.True(Assert.Single(await StartAsync(SomeStack.Yaml(canary: "6"))).IsTransient);
        var applying = changes.ApplyAsync(SomeStack.File(SomeStack.Yaml(canary: "6")), default);
        await terminal.WaitForAsync("fraud v6 did not start");
        await File.WriteAllTextAsync(folder.Combine("enough"), "", TestContext.Current.CancellationToken);
        await applying;
        Assert.Contains("fraud: canary v6 5% is new", terminal.Lines);
        Assert.Equal(SomeStack.Plan(canary: "6").ToUtf8(), await PlanAsync());
        // It was tried often, and reported once.
        Assert.Single(terminal.Lines, static line => line.StartsWith("fraud v6 did not start", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plan_that_can_not_be_written_is_written_as_soon_as_it_can()
    {
        await StartAsync(SomeStack.Yaml());
        var changes = new StackChanges(Running, "Pulumi.dev.yaml", terminal.Terminal);
        File.Delete(folder.Combine("plan.json"));
        Directory.CreateDirectory(folder.Combine("plan.json"));
        var applying = changes.ApplyAsync(SomeStack.File(SomeStack.Yaml("25")), default);
        await terminal.WaitForAsync("Pulumi.dev.yaml is not applied; the plan stays as it is until another try succeeds");
        Assert.False(applying.IsCompleted);
        Directory.Delete(folder.Combine("plan.json"));
        await applying;
        Assert.Equal(SomeStack.Plan("25").ToUtf8(), await PlanAsync());
    }

    [Fact]
    public async Task A_try_ends_when_a_newer_file_comes()
    {
        await StartAsync(SomeStack.Yaml());
        var changes = new StackChanges(Running, "Pulumi.dev.yaml", terminal.Terminal);
        using var newer = new CancellationTokenSource();
        var applying = changes.ApplyAsync(SomeStack.File(SomeStack.Yaml(canary: "6")), newer.Token);
        await terminal.WaitForAsync("fraud v6 did not start");
        await newer.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => applying);
        Assert.Equal(SomeStack.Plan().ToUtf8(), await PlanAsync());
    }

    [Fact]
    public async Task Another_weight_changes_the_plan_and_keeps_the_processes()
    {
        await StartAsync(SomeStack.Yaml());
        var before = Processes();
        await ApplyAsync(SomeStack.Yaml("25"));
        Assert.Equal(SomeStack.Plan("25").ToUtf8(), await PlanAsync());
        Assert.Equal(before, Processes());
    }

    [Fact]
    public async Task A_version_that_is_no_longer_named_stops_after_the_plan_and_the_endpoints_changed()
    {
        await StartAsync(SomeStack.Yaml());
        await ApplyAsync(SomeStack.Yaml(canary: "5"));
        Assert.Equal(SomeStack.Plan(canary: "5").ToUtf8(), await PlanAsync());
        Assert.Equal([1, 2, 5], Endpoints());
        await terminal.WaitForAsync("fraud v2 stops: the plan no longer names it");
        Assert.Equal([1, 5], Endpoints());
    }

    [Fact]
    public async Task A_former_stable_version_that_is_kept_warm_keeps_its_process()
    {
        await StartAsync(SomeStack.Yaml());
        var before = Processes();
        await ApplyAsync("config: { modelserving:models: { fraud: { stable: { version: 2 }, keepWarm: [1] } } }");
        Assert.Equal([1, 2], Endpoints());
        Assert.Equal(before, Processes());
    }

    [Fact]
    public async Task A_damaged_version_changes_nothing_of_its_model_and_does_not_hold_up_others()
    {
        await StartAsync(SomeStack.Yaml());
        Assert.Single(await ApplyAsync(SomeStack.Yaml(canary: "3") + Stable("text", 1).Split('\n', 3)[2]));
        Assert.Contains("fraud keeps its present rollout: stable v1 95%, canary v2 5%", terminal.Lines);
        Assert.Equal(
            SomeStack.Plan().Rollouts[ModelName.Parse("fraud")].ToString(), Running.Plan.Rollouts[ModelName.Parse("fraud")].ToString());
        Assert.Equal(["fraud 1", "fraud 2", "text 1"], Read().Select(static entry => $"{entry.Model} {entry.Version}"));
        // It is started again when it is named again.
        Assert.Single(await ApplyAsync(SomeStack.Yaml(canary: "3")));
        Assert.Equal(2, terminal.Lines.Count(static line => line.EndsWith("it is damaged", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_cancelled_plan_does_not_disturb_the_next_one()
    {
        await StartAsync(SomeStack.Yaml());
        using var newer = new CancellationTokenSource();
        var waiting = Running.ApplyAsync(SomeStack.File(SomeStack.Yaml(canary: "4")).Settings.Models, newer.Token);
        await terminal.WaitForAsync("loading");
        await newer.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(SomeStack.Plan().ToUtf8(), await PlanAsync());
        await ApplyAsync(SomeStack.Yaml("7"));
        Assert.Equal(SomeStack.Plan("7").ToUtf8(), await PlanAsync());
        Assert.Equal([1, 2], Endpoints());
    }

    private Task<IReadOnlyList<VersionFailure>> StartAsync(string yaml) =>
        Running.StartAsync(SomeStack.File(yaml).Settings.Models, new ApiPort(9, true), default);

    private Task<IReadOnlyList<VersionFailure>> ApplyAsync(string yaml) =>
        Running.ApplyAsync(SomeStack.File(yaml).Settings.Models, default);

    private static string Stable(string model, int version) =>
        $"config:\n  modelserving:models:\n    {model}: {{ stable: {{ version: {version} }} }}\n";

    private Task<byte[]> PlanAsync() => File.ReadAllBytesAsync(folder.Combine("plan.json"));

    private IEnumerable<int> Endpoints() => Read().Select(static entry => entry.Version.Number);

    private List<int> Processes() => [.. Read().Select(static entry => entry.Process)];

    private IReadOnlyList<EndpointEntry> Read() => EndpointsDocument.Parse(File.ReadAllBytes(folder.Combine("endpoints.json"))).Endpoints;
}
