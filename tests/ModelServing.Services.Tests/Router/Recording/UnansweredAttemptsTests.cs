using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Recording;

[Collection(RunningRouter.OneAtATime)]
public sealed class UnansweredAttemptsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_attempt_whose_connection_broke_is_noted_and_one_that_was_answered_is_left_to_the_version()
    {
        await using var stable = RawServer.Answering(static _ => RawServer.Ok("{}"));
        await using var canary = new RawServer(static async connection => _ = await connection.ReadMessageAsync());
        await using var router = await StartAsync();
        router.Swap(SomePlan.Canary(PlanDocument.Buckets), SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        var answer = await router.AskAsync(RunningRouter.Infer("{}"));
        Assert.Equal(200, answer.Status);
        var id = answer["X-Request-Id"]!;
        var note = Assert.Single(await ReadAsync(router, id));
        Assert.Equal((101, 0, "connection-lost"), (note.Attempt, note.Status, note.Reason));
        Assert.Equal(("fraud", 2, "canary"), (note.Model, note.Version, note.Variant));
    }

    [Fact]
    public async Task An_attempt_that_no_endpoint_accepted_is_noted()
    {
        await using var router = await StartAsync();
        router.Swap(SomePlan.Stable(), SomePlan.Endpoints());
        var answer = await router.AskAsync(RunningRouter.Infer("{}"));
        Assert.Equal(503, answer.Status);
        var note = Assert.Single(await ReadAsync(router, answer["X-Request-Id"]!));
        Assert.Equal((101, "unreachable", "stable"), (note.Attempt, note.Reason, note.Variant));
    }

    [Fact]
    public async Task A_version_gets_the_keyed_hash_of_the_routing_key_and_never_one_from_the_client()
    {
        var seen = new List<string>();
        await using var stable = RawServer.Answering(request =>
        {
            seen.Add(request["X-Model-Key-Hash"] ?? "none");
            return RawServer.Ok("{}");
        });
        await using var router = await StartAsync();
        var plan = SomePlan.Stable();
        var fraud = ModelName.Parse("fraud");
        plan.Rollouts[fraud] = plan.Rollouts[fraud] with { RoutingKeyHeader = "X-User" };
        router.Swap(plan, SomePlan.Endpoints((1, stable.Address)));
        foreach (var headers in (string[])["X-User: ann\r\n", "X-User: ann\r\n", "X-User: bob\r\n", "X-Model-Key-Hash: 00\r\n"])
            await router.AskAsync(RunningRouter.Infer("{}").Replace("\r\n\r\n", "\r\n" + headers + "\r\n", StringComparison.Ordinal));
        Assert.Equal(new KeyedHash(new byte[32]).ToHex("ann"), seen[0]);
        Assert.Equal(seen[0], seen[1]);
        Assert.NotEqual(seen[0], seen[2]);
        Assert.Equal("none", seen[3]);
    }

    private Task<RunningRouter> StartAsync() => RunningRouter.StartAsync(settings => settings with
    {
        Predictions = new PredictionLogSettings
        {
            Store = HostSources.Sqlite(folder.Combine("predictions.db")),
            Spool = folder.Combine("spool"),
            HashKey = new string('0', 64),
        },
    });

    private static async Task<IReadOnlyList<PredictionRecord>> ReadAsync(RunningRouter router, string id)
    {
        var store = router.Get<IPredictionStore>();
        IReadOnlyList<PredictionRecord> found = [];
        await RunningRouter.UntilAsync(
            async () => (found = await store.FindAsync(id, CancellationToken.None)).Count > 0, "the note arrives");
        return found;
    }
}
