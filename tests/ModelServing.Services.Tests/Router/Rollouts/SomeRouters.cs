using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Clients;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>Routers of one environment: one plan, one journal, perhaps a cache, and three versions of <c>fraud</c>.</summary>
internal sealed class SomeRouters : IAsyncDisposable
{
    /// <summary>Polls so rarely that changes within a test's time limit must have been pushed.</summary>
    internal static readonly JournalPace OnlyPushed = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), TimeSpan.FromSeconds(20));

    private static readonly JournalPace Fast = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(20));

    private readonly TemporaryFolder folder = new();
    private readonly List<RunningRouter> routers = [];
    private readonly SqliteJournalStore sqlite;
    private readonly TestedCache? cache;

    internal SomeRouters(TestedCache? cache = null)
    {
        this.cache = cache;
        sqlite = new SqliteJournalStore(folder.Combine("journal.db"));
        Store = new MortalStore(sqlite);
        Versions = [new SomeVersion(1), new SomeVersion(2), new SomeVersion(3)];
        Write("clients.json", SomeClients.Keys(anonymous: true).ToUtf8());
        WriteEndpoints(1, 2, 3);
    }

    internal MortalStore Store { get; }

    internal SomeVersion[] Versions { get; }

    internal SomeVersion Canary => Versions[1];

    internal string SnapshotPath => folder.Combine("snapshot");

    /// <summary>A rollout's plan: names, versions and weights, stable last. A few failures condemn.</summary>
    internal static PlanDocument Plan(params (string Name, int Version, int Weight)[] variants) => new()
    {
        Schema = PlanDocument.CurrentSchema,
        Rollouts = new()
        {
            [SomePlan.Model] = new RolloutPlan
            {
                Revision = string.Join(',', variants.Select(static variant => $"{variant.Name}={variant.Version}")),
                DeadlineMilliseconds = 15_000,
                AttemptLimitMilliseconds = variants.Length == 1 ? null : 7_500,
                Guard = variants.Length == 1
                    ? null
                    : new GuardPlan { Tolerance = 1.5, FalseAlarm = 0.5, UnreachableForMilliseconds = 60_000 },
                RoutingKeyHeader = "X-Customer",
                Experiment = variants.Any(static variant => variant.Name is not (VariantPlan.Stable or VariantPlan.Canary)) ? "q4" : null,
                Variants = [.. variants.Select(static variant => new VariantPlan(
                    variant.Name,
                    new ModelVersion(variant.Version),
                    variant.Weight))],
            },
        },
    };

    internal static PlanDocument Canary2(int weight = 5000) =>
        Plan((VariantPlan.Canary, 2, weight), (VariantPlan.Stable, 1, PlanDocument.Buckets - weight));

    /// <summary>As <see cref="Canary2"/>, with a guard that needs more failures to condemn than a test has.</summary>
    internal static PlanDocument PatientCanary2(int weight = 5000) =>
        Canary2(weight).With(static guard => guard with { FalseAlarm = 1e-12 });

    internal static PlanDocument OnlyStable(int version) => Plan((VariantPlan.Stable, version, PlanDocument.Buckets));

    /// <summary>Starts a router with the current plan.</summary>
    internal async Task<RunningRouter> StartAsync(
        JournalPace? pace = null,
        bool hasSnapshot = false,
        Func<RouterSettings, RouterSettings>? with = null,
        Action<IServiceCollection>? services = null,
        bool isWatched = true)
    {
        var router = await RunningRouter.StartAsync(
            settings =>
            {
                settings = settings with
                {
                    Plan = "file:" + folder.Combine("plan.json"),
                    Endpoints = "file:" + folder.Combine("endpoints.json"),
                    Clients = "file:" + folder.Combine("clients.json"),
                    Journal = sqlite.Location,
                    JournalSnapshot = hasSnapshot ? SnapshotPath : null,
                    Cache = cache?.Settings,
                };
                return with?.Invoke(settings) ?? settings;
            },
            collection =>
            {
                collection.AddSingleton(new RolloutJournal(Store, new JournalLimits { Answer = (pace ?? Fast).Answer }));
                collection.AddSingleton(pace ?? Fast);
                services?.Invoke(collection);
            });
        routers.Add(router);
        if (isWatched && File.Exists(folder.Combine("plan.json")))
            await RunningRouter.UntilAsync(() => router.Readiness.Reason is null, "the router is ready");
        return router;
    }

    /// <summary>Writes the plan, and waits until every router has it.</summary>
    internal async Task ApplyAsync(PlanDocument plan)
    {
        Write("plan.json", plan.ToUtf8());
        var digest = RolloutDigest.Compute(plan.Rollouts[SomePlan.Model]);
        foreach (var router in routers.Where(static router => router.IsRunning))
            await RunningRouter.UntilAsync(
                () => router.Get<ModelServing.Router.Routing.RoutingTableHolder>().Current is { } table
                    && RolloutDigest.Compute(table.Plan.Rollouts[SomePlan.Model]) == digest,
                "the plan is applied");
    }

    internal void WriteEndpoints(params int[] versions) =>
        WriteEndpoints([.. versions.Select(static version => (SomePlan.Model, version))]);

    internal void WriteEndpoints(IReadOnlyList<(ModelName Model, int Version)> versions) => Write("endpoints.json", new EndpointsDocument
    {
        Schema = EndpointsDocument.CurrentSchema,
        Endpoints = [.. versions.Select((
            one,
            i) => new EndpointEntry(one.Model, new ModelVersion(one.Version), Versions[one.Version - 1].Address.ToString(), 1000 + i))],
    }.ToUtf8());

    /// <summary>Writes the snapshot that routers read while the journal is unavailable.</summary>
    internal void WriteSnapshot(params JournalState[] states) => new SnapshotFile(SnapshotPath).Write(JournalSnapshot.ToUtf8(states));

    /// <summary>Appends to the journal without a router.</summary>
    internal Task AppendAsync(JournalEvent added) => new RolloutJournal(sqlite).AppendAsync(added, CancellationToken.None);

    /// <summary>Puts an invalid event into the journal; null removes it.</summary>
    internal void Damage(ModelName model, long seq, string? text)
    {
        // The first caller creates the table.
        _ = sqlite.PutIfAbsentAsync(
            new ResetEvent
            {
                Model = ModelName.Parse("other"),
                Seq = 1,
                Time = DateTimeOffset.UnixEpoch,
                Version = new ModelVersion(1),
                Trial = 2,
                Who = "a",
            },
            CancellationToken.None).Result;
        using var open = new SqliteConnection($"Data Source={folder.Combine("journal.db")}");
        open.Open();
        using var command = open.CreateCommand();
        command.CommandText = text is null
            ? "DELETE FROM journal WHERE model = $model AND seq = $seq"
            : "INSERT INTO journal (model, seq, event) VALUES ($model, $seq, $event)";
        command.Parameters.AddWithValue("$model", model.Text);
        command.Parameters.AddWithValue("$seq", seq);
        command.Parameters.AddWithValue("$event", text ?? "");
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    /// <summary>Reads the journal without a router.</summary>
    internal async Task<IReadOnlyList<JournalEvent>> EventsAsync() =>
        await new RolloutJournal(sqlite).ReadAsync(SomePlan.Model, 0, CancellationToken.None);

    internal async Task<string> KindsAsync() => string.Join(' ', (await EventsAsync()).Select(static one => one.Kind));

    internal Task UntilKindsAsync(string kinds) =>
        RunningRouter.UntilAsync(async () => await KindsAsync() == kinds, $"the journal is '{kinds}'");

    /// <summary>Lets the canary fail in a router until that router has condemned it. No caller sees a failure.</summary>
    internal async Task CondemnAsync(RunningRouter router)
    {
        Canary.Fail();
        using var client = await router.ConnectAsync();
        await RunningRouter.UntilAsync(
            async () =>
            {
                await client.SendAsync(RunningRouter.Infer());
                Assert.Equal((200, "v1"), ((await client.ReadMessageAsync())! is var answer ? answer.Status : 0, answer.Text));
                return IsCondemned(router, 2);
            },
            "the canary is condemned");
    }

    /// <summary>Whether a router's table treats a version as condemned.</summary>
    internal static bool IsCondemned(RunningRouter router, int version) =>
        router.Fraud.State?.Condemned(new ModelVersion(version)) is not null;

    /// <summary>Sends requests with and without keys, and returns how many reached the version.</summary>
    internal async Task<int> ReachingAsync(RunningRouter router, int version, int requests = 100)
    {
        var before = Versions[version - 1].Seen;
        using var client = await router.ConnectAsync();
        for (var i = 0; i < requests; i++)
        {
            await client.SendAsync(RunningRouter.Infer(headers: i % 2 == 0 ? "" : $"X-Customer: {i}\r\n"));
            _ = await client.ReadMessageAsync();
        }

        return Versions[version - 1].Seen - before;
    }

    /// <summary>Queries the admin API as an operator.</summary>
    internal static Task<RawMessage> AskAsync(RunningRouter router, string path) =>
        router.AskAdminAsync(path, SomeClients.Key(SomeClients.OperatorKey));

    internal static Task<RawMessage> PostAsync(RunningRouter router, string path, string body) => router.SendAdminAsync(
        RunningRouter.Infer(body, SomeClients.Key(SomeClients.OperatorKey), path));

    internal static async Task<ModelStatus> StatusAsync(RunningRouter router) =>
        RolloutsStatus.Parse((await AskAsync(router, AdminPaths.Rollouts)).Body).Models.Single();

    internal static async Task ResetAsync(RunningRouter router, int version)
    {
        var answer = await PostAsync(
            router,
            AdminPaths.Reset(SomePlan.Model),
            System.Text.Encoding.UTF8.GetString(new ResetRequest(new ModelVersion(version), "fixed", "ann").ToUtf8()));
        Assert.True(answer.Status == 200, answer.Text);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var router in routers)
            await router.DisposeAsync();
        foreach (var version in Versions)
            await version.DisposeAsync();
        if (cache is not null)
            await cache.DisposeAsync();
        sqlite.Dispose();
        folder.Dispose();
    }

    /// <summary>Replaces a file that routers follow.</summary>
    internal void Write(string name, byte[] content)
    {
        File.WriteAllBytes(folder.Combine(name + ".new"), content);
        File.Move(folder.Combine(name + ".new"), folder.Combine(name), overwrite: true);
    }
}
