using System.Buffers.Binary;
using Google.Protobuf;
using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Jobs.Experiments;
using ModelServing.Jobs.Progress;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Experiments;

/// <summary>An experiment with the arm <c>b</c>, and its predictions.</summary>
internal static class SomeExperiment
{
    internal const string Revision = "0123456789abcdef";
    internal const string Arm = "b";

    internal static ExperimentMetric Hits { get; } = new()
    {
        Name = "hits",
        Kind = ExperimentMetricKind.Rate,
        IsHigherBetter = true,
        Smallest = 0.01,
        Outcome = OutcomeValue.FromFlag(true),
        Output = "probability",
        Threshold = 0.5,
    };

    internal static ExperimentMetric Cost { get; } = new()
    {
        Name = "cost",
        Kind = ExperimentMetricKind.Mean,
        IsHigherBetter = false,
        Outcome = OutcomeValue.FromFlag(true),
        Output = "probability",
        Threshold = 0.5,
        FalseAlarm = 5,
        MissedInput = "amount",
    };

    internal static ExperimentMetric Value { get; } = new() { Name = "value", Kind = ExperimentMetricKind.Mean, IsHigherBetter = true };

    internal static ExperimentMetric Order { get; } = new()
    {
        Name = "order",
        Kind = ExperimentMetricKind.Ranking,
        IsHigherBetter = true,
        Smallest = 0.01,
        Outcome = OutcomeValue.FromFlag(true),
        Output = "probability",
    };

    internal static ExperimentMetric Latency { get; } = Operational(ExperimentMetric.Latency, 10);

    internal static ExperimentMetric Failures { get; } = Operational(ExperimentMetric.Failures, 0.01);

    internal static ExperimentDocument Document(params ExperimentMetric[] metrics) => new()
    {
        Model = ModelName.Parse("fraud"),
        Name = "q4",
        Revision = Revision,
        Arms = [new(Arm, new ModelVersion(2), 5000), new("stable", new ModelVersion(1), 5000)],
        Metrics = metrics,
        Alpha = 0.05,
        WindowMilliseconds = 600_000,
        HasRoutingKey = true,
    };

    /// <summary>A request of a unit, after some time since <see cref="SomeRecord.Start"/>.</summary>
    internal static PredictionRecord Request(
        int number, int unit, string arm, TimeSpan after, float score = 0.75f, float amount = 20, int attempt = 1)
    {
        var record = SomeRecord.Create(number, after, attempt);
        (record.Variant, record.Version, record.Revision) = (arm, arm == Arm ? 2 : 1, Revision);
        var key = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(key, unit);
        record.RoutingKey = ByteString.CopyFrom(key);
        record.Outputs.Clear();
        record.Outputs.Add(SomeRecord.Floats("probability", [1, 1], score));
        record.Inputs.Clear();
        record.Inputs.Add(SomeRecord.Floats("amount", [1, 1], amount));
        return record;
    }

    /// <summary>The outcome of a request, observed some time after <see cref="SomeRecord.Start"/>.</summary>
    internal static Outcome Outcome(int number, OutcomeValue value, TimeSpan after) =>
        new(SomeRecord.IdOf(number), value, SomeRecord.Start + after);

    internal static async Task<ExperimentReport> AnalyseAsync(
        IPredictionStore store, ExperimentDocument document, TimeSpan? until = null, CancellationToken? cancellation = null, int parts = 1)
    {
        using var folder = new TemporaryFolder();
        var end = SomeRecord.Start + (until ?? TimeSpan.FromHours(3));
        return await new ExperimentAnalysis(store, new StepLines(TextWriter.Null)).RunAsync(
            new ExperimentRequest(document, SomeRecord.Start, end, 256) { LeastParts = parts },
            folder.FullPath,
            cancellation ?? TestContext.Current.CancellationToken);
    }

    private static ExperimentMetric Operational(string name, double smallest) => new()
    {
        Name = name,
        Kind = ExperimentMetricKind.Operational,
        IsHigherBetter = false,
        Smallest = smallest,
    };
}
