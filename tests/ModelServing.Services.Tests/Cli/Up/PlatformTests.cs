using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Settings.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up;

public sealed class PlatformTests : IAsyncLifetime
{
    private const string Serve = StandInHosts.WriteAddress + "; cat";

    // Version 3 is damaged; version 4 never becomes ready.
    private const string Inference =
        "case $MODELSERVING_VERSION in 3) echo '12:34:56.789 FTL it is damaged'; exit 1;; 4) echo loading; while true; do sleep 0.1; " +
            "done;; esac; echo takes $MODELSERVING_MAX_REQUEST_BYTES; " + Serve;

    private readonly TemporaryFolder folder = new();
    private readonly RecordedTerminal terminal = new();
    private readonly StandInHosts hosts = new();
    private Platform? platform;

    private Platform Running => platform!;

    public async ValueTask InitializeAsync()
    {
        await hosts.StartAsync();
        platform = new Platform(
            new HostPrograms(
                hosts.Program(Inference),
                hosts.Program("echo serving; echo takes $MODELSERVING_MAX_REQUEST_BYTES; " + Serve),
                hosts.Program("echo called; " + Serve)),
            new PlatformSettings(folder.FullPath, "file:/nowhere", 2048, new PlatformPace(TimeSpan.FromSeconds(60), GuardOff: false)),
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
        await StartAsync(SomeStack.Plan());
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
        await StartAsync(SomeStack.Plan());
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
    public async Task With_a_damaged_version_nothing_starts()
    {
        var e = await Assert.ThrowsAsync<HostFailedException>(() => StartAsync(SomeStack.Plan(canary: "3")));
        Assert.Equal("fraud v3 did not start: it is damaged (it ended with exit code 1)", e.Message);
        Assert.False(File.Exists(folder.Combine("plan.json")));
        Assert.DoesNotContain("serving", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_weight_changes_the_plan_and_keeps_the_processes()
    {
        await StartAsync(SomeStack.Plan());
        var before = Processes();
        await Running.ApplyAsync(SomeStack.Plan("25"), default);
        Assert.Equal(SomeStack.Plan("25").ToUtf8(), await PlanAsync());
        Assert.Equal(before, Processes());
    }

    [Fact]
    public async Task A_version_that_is_no_longer_named_stops_after_the_plan_and_the_endpoints_changed()
    {
        await StartAsync(SomeStack.Plan());
        await Running.ApplyAsync(SomeStack.Plan(canary: "5"), default);
        Assert.Equal(SomeStack.Plan(canary: "5").ToUtf8(), await PlanAsync());
        Assert.Equal([1, 2, 5], Endpoints());
        await terminal.WaitForAsync("fraud v2 stops: the plan no longer names it");
        Assert.Equal([1, 5], Endpoints());
    }

    [Fact]
    public async Task A_former_stable_version_that_is_kept_warm_keeps_its_process()
    {
        await StartAsync(SomeStack.Plan());
        var before = Processes();
        await Running.ApplyAsync(
            PlanMaker.Make(SomeStack.File("config: { modelserving:models: { fraud: { stable: { version: 2 }, keepWarm: [1] } } " +
                "}").Settings.Models),
            default);
        Assert.Equal([1, 2], Endpoints());
        Assert.Equal(before, Processes());
    }

    [Fact]
    public async Task A_plan_with_a_damaged_version_changes_nothing()
    {
        await StartAsync(SomeStack.Plan());
        await Assert.ThrowsAsync<HostFailedException>(() => Running.ApplyAsync(SomeStack.Plan(canary: "3"), default));
        Assert.Equal(SomeStack.Plan().ToUtf8(), await PlanAsync());
        Assert.Equal(SomeStack.Plan().ToUtf8(), Running.Plan.ToUtf8());
        Assert.Equal([1, 2], Endpoints());
        // It is started again when it is named again.
        await Assert.ThrowsAsync<HostFailedException>(() => Running.ApplyAsync(SomeStack.Plan(canary: "3"), default));
        Assert.Equal(2, terminal.Lines.Count(static line => line.EndsWith("it is damaged", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_cancelled_plan_does_not_disturb_the_next_one()
    {
        await StartAsync(SomeStack.Plan());
        using var newer = new CancellationTokenSource();
        var waiting = Running.ApplyAsync(SomeStack.Plan(canary: "4"), newer.Token);
        await terminal.WaitForAsync("loading");
        await newer.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(SomeStack.Plan().ToUtf8(), await PlanAsync());
        await Running.ApplyAsync(SomeStack.Plan("7"), default);
        Assert.Equal(SomeStack.Plan("7").ToUtf8(), await PlanAsync());
        Assert.Equal([1, 2], Endpoints());
    }

    private Task StartAsync(PlanDocument plan) => Running.StartAsync(plan, new ApiPort(9, true), default);

    private Task<byte[]> PlanAsync() => File.ReadAllBytesAsync(folder.Combine("plan.json"));

    private IEnumerable<int> Endpoints() => Read().Select(static entry => entry.Version.Number);

    private List<int> Processes() => [.. Read().Select(static entry => entry.Process)];

    private IReadOnlyList<EndpointEntry> Read() => EndpointsDocument.Parse(File.ReadAllBytes(folder.Combine("endpoints.json"))).Endpoints;
}
