using System.Text.Json;
using Google.Protobuf;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Predictions.Records;
using ModelServing.Registry;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;
using ModelServing.Spool;

namespace ModelServing.Services.Tests.Compatibility;

/// <summary>The documents of one environment, as the programs of this release write them. Equal code writes equal bytes. Every member that
/// may be left out is here in some document.</summary>
internal static class SomeRelease
{
    internal static readonly ModelName Fraud = ModelName.Parse("fraud");
    internal static readonly ModelName Churn = ModelName.Parse("churn");

    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    // In the past, so that a trial that began then has minutes.
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    /// <summary>All documents, by the names of their files.</summary>
    internal static IReadOnlyDictionary<string, byte[]> Documents { get; } = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
    {
        ["plan.json"] = Plan.ToUtf8(),
        ["endpoints.json"] = Endpoints.ToUtf8(),
        ["clients.json"] = Clients.ToUtf8(),
        ["journal-fraud.jsonl"] = Lines(FraudEvents),
        ["journal-churn.jsonl"] = Lines(ChurnEvents),
        ["snapshot"] = InFolder(static folder =>
        {
            var file = new SnapshotFile(Path.Combine(folder, "snapshot"));
            file.Write(JournalSnapshot.ToUtf8(
                [JournalState.Empty(Churn).Apply(ChurnEvents), JournalState.Empty(Fraud).Apply(FraudEvents)]));
            return File.ReadAllBytes(file.FullPath);
        }),
        ["guard-counts"] = Counts.ToBytes(),
        ["process-report"] = ProcessReportFormat.Write(Report),
        ["feature-report.json"] = JsonSerializer.SerializeToUtf8Bytes(
            new FeatureReport(120, 1.5, 0.25, [new ViewReport("card-activity", 1, true, 0.5, 400, 3)]) { IsLeaving = true },
            FeatureReportJson.Default.FeatureReport),
        ["input-report.json"] = JsonSerializer.SerializeToUtf8Bytes(
            new InputReport([new InputCounts("card-activity.card_count_1d", [5, 10], [4, 12])]), InputReportJson.Default.InputReport),
        ["manifest.json"] = Manifest.ToUtf8(),
        ["prediction"] = Prediction.ToByteArray(),
        ["spool.log"] = InFolder(static folder =>
        {
            using (var writer = new SpoolWriter(folder, new SpoolOptions(SpoolMode.Process, 64 * 1024 * 1024), TimeProvider.System))
            {
                _ = writer.Append(Prediction.ToByteArray(), out _);
                writer.Close();
            }

            // The rest of the segment is zeros.
            var segment = File.ReadAllBytes(Path.Combine(folder, SpoolFormat.SegmentName(1)));
            return segment[..(SpoolFormat.SizeOf(Prediction.CalculateSize()) + SpoolFormat.HeadBytes)];
        }),
    };

    private static PlanDocument Plan => new()
    {
        Schema = PlanDocument.CurrentSchema,
        Rollouts = new() { [Fraud] = FraudWith(5000), [Churn] = ChurnOn(8) },
    };

    private static EndpointsDocument Endpoints => new()
    {
        Schema = EndpointsDocument.CurrentSchema,
        Endpoints =
        [
            new(Fraud, new ModelVersion(1), "127.0.0.1:40001", 4001), new(Fraud, new ModelVersion(2), "127.0.0.1:40002", 4002),
            new(Churn, new ModelVersion(8), "[::1]:40003", 0),
        ],
    };

    private static ClientsDocument Clients => new()
    {
        Schema = ClientsDocument.CurrentSchema,
        Anonymous = true,
        Clients = new()
        {
            [ModelName.Parse("shop")] = new()
            {
                Role = ClientRole.Caller,
                KeyHashes = [ApiKey.HashOf("msk_shop"), ApiKey.HashOf("msk_shop_next")],
                Limit = new ClientLimit(50, 100),
            },
            [ModelName.Parse("lab")] = new() { Role = ClientRole.Tester, KeyHashes = [ApiKey.HashOf("msk_lab")] },
            [ModelName.Parse("etl")] = new() { Role = ClientRole.Reporter, KeyHashes = [ApiKey.HashOf("msk_etl")] },
            [ModelName.Parse("crew")] = new() { Role = ClientRole.Operator, KeyHashes = [ApiKey.HashOf("msk_crew")] },
        },
        Tokens = new()
        {
            Issuers = ["https://idp.example.com/"],
            Audiences = ["modelserving"],
            KeysUri = "https://idp.example.com/.well-known/jwks.json",
            ClockSkewSeconds = 30,
            ClientClaim = "client",
            Roles = new() { Claim = "groups", Testers = ["qa"], Reporters = ["etl"], Operators = ["ops"] },
            Limit = new ClientLimit(20, 40),
        },
    };

    /// <summary>A canary that was rolled back and reset. It is in its second trial.</summary>
    private static JournalEvent[] FraudEvents => Numbered(1, [
        new AppliedEvent(Fraud, Noon, FraudWith(0)),
        new StartedEvent(Fraud, Noon.AddMinutes(1), FraudWith(1000)),
        new WeightMovedEvent(Fraud, Noon.AddMinutes(2), FraudWith(5000)),
        new RolledBackEvent
        {
            Model = Fraud,
            Time = Noon.AddMinutes(3),
            Version = new ModelVersion(2),
            Trial = 1,
            Variant = VariantPlan.Canary,
            Reason = RollbackReason.Guard,
            Who = "router-1",
            Evidence = JsonElement.Parse(
                """{"summary":"error: 4 failures against 0 of stable, evidence 9030 of 8000","verdict":{"kind":"error"}}"""u8),
        },
        new RefusedEvent(Fraud, Noon.AddMinutes(4), FraudWith(5000), new ModelVersion(2), 1),
        new ResetEvent
        {
            Model = Fraud,
            Time = Noon.AddMinutes(5),
            Version = new ModelVersion(2),
            Trial = 2,
            Who = "ann",
            Why = "the feature is fixed",
        },
    ]);

    /// <summary>An experiment's arm that became stable.</summary>
    private static JournalEvent[] ChurnEvents => Numbered(101, [
        new StartedEvent(Churn, Noon, ChurnOn(7)), new PromotedEvent(Churn, Noon.AddMinutes(1), ChurnOn(8)),
    ]);

    private static ClientCounts Counts
    {
        get
        {
            var (recorder, half) = (new ClientRecorder(), TrafficShare.From(5000, 5000));
            for (var i = 0; i < 40; i++)
                recorder.Requested(i % 8);
            for (var i = 0; i < 4; i++)
                recorder.Record(i, new Observation(IsWatched: true, CallOutcome.Error, half, 1 + i / 2));
            recorder.Record(5, new Observation(IsWatched: false, CallOutcome.Error, half, 2));
            return recorder.Read();
        }
    }

    private static ProcessReport Report => new()
    {
        Version = new ModelVersion(2),
        Incarnation = Guid.Empty,
        IsLeaving = true,
        Log = new LogReport(3, TimeSpan.FromSeconds(1.5), 1, 2),
        Streams =
        [
            new("canary", 2, RequestsOf(90, 2, 5, 3)) { Groups = GroupCounts.From([.. Enumerable.Range(0, GroupCounts.Groups)]) },
            new("stable", 1, RequestsOf(10, 0, 0, 0)),
        ],
    };

    private static Manifest Manifest => new()
    {
        Schema = Manifest.CurrentSchema,
        Model = Fraud,
        Version = new ModelVersion(2),
        Digest = Digest,
        Size = 1234,
        Inputs = [new("features", Datatype.Fp32, [-1, 2]), new("card_id", Datatype.Int64, [-1])],
        Outputs = [new("probabilities", Datatype.Fp32, [-1, 2])],
        Metrics = new Dictionary<string, double> { ["auc"] = 0.97 },
        Labels = new Dictionary<string, string> { ["algorithm"] = "boosted trees" },
        Features = new()
        {
            Input = "features",
            Columns = ["card-activity.card_count_1d", "amount"],
            Views = [new("card-activity", 1, Digest)],
        },
        Profile = new()
        {
            Columns = [new() { Name = "amount", Edges = [10, 20], Counts = [5, 6, 7], Missing = 1, Defaults = 2, Least = 3, Largest = 99 }],
        },
        CreatedAt = Noon,
    };

    private static PredictionRecord Prediction => new()
    {
        RequestId = "01M8JNWDWVQ1RPX5YND15JPRXT",
        Attempt = 1,
        Time = 1_795_867_200_000_000,
        Model = "fraud",
        Version = 2,
        Variant = "canary",
        Revision = "fraud-1-2",
        Trial = 2,
        Status = 200,
        RoutingKey = ByteString.CopyFrom(1, 2, 3, 4),
        Inputs = { new RecordedTensor { Name = "card_id", Datatype = "INT32", Shape = { 1 }, Data = ByteString.CopyFrom(4, 0, 0, 0) } },
        Outputs = { new RecordedTensor { Name = "label", Datatype = "INT64", Shape = { 1 }, Omitted = "dropped" } },
        Latency = new() { Read = 237, Wait = 130, Run = 135, Write = 210, Total = 12392, Features = 11677 },
        Views =
        {
            new RecordedView
            {
                View = "card-activity",
                Version = 1,
                Digest = Digest,
                Sequences = { 76242 },
                Statuses = { RecordedStatus.Expired },
            },
        },
    };

    private static RolloutPlan FraudWith(int weight) => new()
    {
        Revision = weight == 0 ? "fraud-1" : "fraud-1-2",
        DeadlineMilliseconds = 15_000,
        AttemptLimitMilliseconds = weight == 0 ? null : 7_500,
        RoutingKeyHeader = "X-Customer",
        Guard = weight == 0 ? null : new() { Tolerance = 1.5, FalseAlarm = 0.001, UnreachableForMilliseconds = 60_000 },
        Variants =
        [
            .. weight == 0 ? (VariantPlan[])[] : [new(VariantPlan.Canary, new ModelVersion(2), weight)],
            new(VariantPlan.Stable, new ModelVersion(1), PlanDocument.Buckets - weight),
        ],
    };

    private static RolloutPlan ChurnOn(int stable) => new()
    {
        Revision = $"churn-{stable}",
        DeadlineMilliseconds = 2_000,
        AttemptLimitMilliseconds = 900,
        RoutingKeyClaim = "sub",
        Experiment = "q4",
        Guard = new()
        {
            Tolerance = 2,
            FalseAlarm = 0.01,
            SlowerThanMilliseconds = 50,
            MaxErrorRate = 0.05,
            UnreachableForMilliseconds = 30_000,
        },
        Variants =
        [
            new("treatment", new ModelVersion(stable + 1), 2500), new("cheap", new ModelVersion(stable + 2), 2500),
            new(VariantPlan.Stable, new ModelVersion(stable), 5000),
        ],
        KeptWarm = [new ModelVersion(3), new ModelVersion(5)],
    };

    private static RequestCounts RequestsOf(params ReadOnlySpan<long> kinds)
    {
        var counts = new long[RequestCounts.Kinds * LatencyBuckets.Count];
        for (var kind = 0; kind < kinds.Length; kind++)
            counts[kind * LatencyBuckets.Count + LatencyBuckets.IndexOf(TimeSpan.FromMilliseconds(1 + 10 * kind))] = kinds[kind];
        return RequestCounts.From(counts);
    }

    private static JournalEvent[] Numbered(int first, JournalEvent[] events) =>
        [.. events.Select((one, i) => one with { Seq = i + 1, Id = Guid.Parse($"01900000-0000-7000-8000-{first + i:D12}") })];

    private static byte[] Lines(IEnumerable<JournalEvent> events) =>
        [.. events.SelectMany(static one => one.ToUtf8().Append((byte)'\n'))];

    private static byte[] InFolder(Func<string, byte[]> write)
    {
        var folder = Directory.CreateTempSubdirectory("modelserving-release-");
        try
        {
            return write(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
