using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Predictions.Records;
using ModelServing.Registry;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;
using ModelServing.Spool;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Compatibility;

/// <summary>This release reads what the recorded one wrote, and the recorded one reads what this release writes: its readers refuse members
/// and numbers that they do not know (docs/upgrades.md).</summary>
public class RecordedDocumentsTests
{
    public static TheoryData<string> Names => [.. SomeRelease.Documents.Keys];

    private static IEnumerable<Type> EventKinds =>
        typeof(JournalEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(static kind => kind.DerivedType);

    [Theory]
    [MemberData(nameof(Names))]
    public void This_release_writes_the_same_bytes(string name)
    {
        var (recorded, today) = (RecordedDocuments.Read(name), SomeRelease.Documents[name]);
        if (name.Contains(".json", StringComparison.Ordinal))
            Assert.Equal(Encoding.UTF8.GetString(recorded), Encoding.UTF8.GetString(today));
        Assert.Equal(recorded, today);
    }

    [Fact]
    public void The_plan_the_endpoints_and_the_clients_are_read()
    {
        var plan = PlanDocument.Parse(RecordedDocuments.Read("plan.json"));
        var (fraud, churn) = (plan.Rollouts[SomeRelease.Fraud], plan.Rollouts[SomeRelease.Churn]);
        Assert.Equal(["canary v2 5000", "stable v1 5000"], fraud.Variants.Select(static one => $"{one.Name} v{one.Version} {one.Weight}"));
        Assert.Equal(("X-Customer", 0.001), (fraud.RoutingKeyHeader, fraud.Guard!.FalseAlarm));
        Assert.Equal(("sub", "q4", 50, 0.05), (
            churn.RoutingKeyClaim, churn.Experiment, churn.Guard!.SlowerThanMilliseconds, churn.Guard.MaxErrorRate));
        Assert.Equal("3,5", string.Join(',', churn.KeptWarm!));
        Assert.Equal(
            ["127.0.0.1:40001", "127.0.0.1:40002", "[::1]:40003"],
            EndpointsDocument.Parse(RecordedDocuments.Read("endpoints.json")).Endpoints.Select(static one => one.Address));
        var clients = ClientsDocument.Parse(RecordedDocuments.Read("clients.json"));
        Assert.Equal(
            ["crew Operator", "etl Reporter", "lab Tester", "shop Caller"],
            clients.Clients.Select(static one => $"{one.Key} {one.Value.Role}"));
        Assert.Equal(("client", 30, 40), (clients.Tokens!.ClientClaim, clients.Tokens.ClockSkewSeconds, clients.Tokens.Limit!.Burst));
    }

    [Fact]
    public void The_journal_is_read_and_has_every_kind_of_event()
    {
        var events = new[] { SomeRelease.Fraud, SomeRelease.Churn }.ToDictionary(
            static model => model,
            static model => RecordedDocuments.Events(model.Text)
                .Select((line, i) => StoredEvent.Read("here", model, i + 1, Encoding.UTF8.GetBytes(line))).ToList());
        Assert.Equal(
            EventKinds.Select(static kind => kind.Name).Order(StringComparer.Ordinal),
            events.Values.SelectMany(static one => one).Select(static one => one.GetType().Name).Distinct().Order(StringComparer.Ordinal));
        var states = events.ToDictionary(static one => one.Key, static one => JournalState.Empty(one.Key).Apply(one.Value));
        AssertStates(states);

        var snapshot = new SnapshotFile(RecordedDocuments.PathTo("snapshot")).Read();
        Assert.Null(snapshot.Fault);
        AssertStates(JournalSnapshot.Parse(snapshot.Content));
    }

    [Fact]
    public void The_documents_in_the_cache_are_read()
    {
        var counts = ClientCounts.Parse(RecordedDocuments.Read("guard-counts"));
        Assert.Equal((4L, 1L), counts.All.Total(GuardKind.Error));
        Assert.Equal([0, 1, 2, 3, 5], counts.Groups);
        var report = ProcessReportFormat.Read(new ModelVersion(2), Guid.Empty, RecordedDocuments.Read("process-report"));
        Assert.True(report.IsLeaving);
        Assert.Equal(new LogReport(3, TimeSpan.FromSeconds(1.5), 1, 2), report.Log);
        Assert.Equal(
            ["canary 2: 100 requests, 496 of groups", "stable 1: 10 requests, 0 of groups"],
            report.Streams.Select(static one =>
                $"{one.Variant} {one.Trial}: {Requests(one.Counts)} requests, {one.Groups.Total} of groups"));
        var features = JsonSerializer.Deserialize(
            RecordedDocuments.Read("feature-report.json"), FeatureReportJson.Default.FeatureReport)!;
        Assert.Equal((120, 0.25, true, 400), (features.Unshipped, features.LogShare, features.IsLeaving, features.Views.Single().Events));
        var inputs = JsonSerializer.Deserialize(RecordedDocuments.Read("input-report.json"), InputReportJson.Default.InputReport)!;
        Assert.Equal([4, 12], inputs.Inputs.Single().Serving);
    }

    [Fact]
    public void The_manifest_and_the_spool_are_read()
    {
        var manifest = Manifest.Parse(RecordedDocuments.Read("manifest.json"));
        Assert.Equal(("card-activity v1", 99), (manifest.Features!.Views.Single().ToString(), manifest.Profile!.Columns.Single().Largest));

        using var folder = new TemporaryFolder();
        File.Copy(RecordedDocuments.PathTo("spool.log"), folder.Combine(SpoolFormat.SegmentName(1)));
        using var reader = new SpoolReader(folder.FullPath, null, SpoolCheckpoint.Start);
        var record = reader.Read()!.Value.Bytes;
        Assert.Equal(RecordedDocuments.Read("prediction"), record);
        Assert.Null(reader.Read());
        var prediction = PredictionRecord.Parser.ParseFrom(record);
        Assert.Equal(("fraud", 2, "canary", 12392), (prediction.Model, prediction.Version, prediction.Variant, prediction.Latency.Total));
        Assert.Equal(RecordedStatus.Expired, prediction.Views.Single().Statuses.Single());
    }

    [Fact]
    public void A_member_that_the_recorded_release_would_refuse_is_on_the_page_about_upgrades()
    {
        var page = File.ReadAllText(Repository.Combine("docs", "upgrades.md"));
        byte[] events = [.. RecordedDocuments.Read("journal-fraud.jsonl"), .. RecordedDocuments.Read("journal-churn.jsonl")];
        var added = Added("plan", RecordedDocuments.Read("plan.json"), typeof(PlanDocument))
            .Concat(Added("endpoints", RecordedDocuments.Read("endpoints.json"), typeof(EndpointsDocument)))
            .Concat(Added("clients", RecordedDocuments.Read("clients.json"), typeof(ClientsDocument)))
            .Concat(Added("manifest", RecordedDocuments.Read("manifest.json"), typeof(Manifest)))
            .Concat(Added("event", events, [.. EventKinds]));
        Assert.Empty(added.Where(member => !page.Contains($"| `{member}` |", StringComparison.Ordinal))
            .Select(static member => $"{member} is new: the recorded release refuses documents that have it. Add it to the table there"));

        static IEnumerable<string> Added(string document, byte[] recorded, params Type[] types) =>
            DocumentMembers.InType(types).Except(DocumentMembers.InJson(recorded)).Select(member => $"{document}.{member}");
    }

    /// <summary>Records the documents of this release: tests/Recorded/README.md.</summary>
    [Fact(Explicit = true)]
    public void Record()
    {
        foreach (var (name, bytes) in SomeRelease.Documents)
            File.WriteAllBytes(RecordedDocuments.PathTo(name), bytes);
    }

    private static void AssertStates(IReadOnlyDictionary<ModelName, JournalState> states)
    {
        var fraud = states[SomeRelease.Fraud];
        Assert.Equal((6, 2), (fraud.LastSeq, fraud.TrialOf(new ModelVersion(2))));
        Assert.Null(fraud.Condemned(new ModelVersion(2)));
        Assert.NotNull(fraud.StartOf(new ModelVersion(2)));
        Assert.Equal((2, 8), (states[SomeRelease.Churn].LastSeq, states[SomeRelease.Churn].LastGood!.Stable.Number));
    }

    private static long Requests(RequestCounts counts) => Enum.GetValues<AnswerKind>()
        .Sum(kind => Enumerable.Range(0, LatencyBuckets.Count).Sum(bucket => counts.In(kind, bucket)));
}
