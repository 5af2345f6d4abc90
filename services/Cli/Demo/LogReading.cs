using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;
using ModelServing.Sample;

namespace ModelServing.Cli.Demo;

/// <summary>Reads the log of the demo's model, and counts its predictions and outcomes by variant.</summary>
internal sealed class LogReading(IPredictionStore store)
{
    private const int Ok = 200;

    private readonly Dictionary<(string Variant, int Version), OutcomeFigures> figures = [];
    private readonly List<PredictionRecord> batch = [];
    private (bool IsWatched, bool IsFlagged) exampleRank;

    /// <summary>A prediction to show: of a variant beside stable if there is one, and one that was called a fraud.</summary>
    internal string? Example { get; private set; }

    internal IReadOnlyList<OutcomeFigures> Variants =>
        [.. figures.Values.OrderByDescending(static one => one.Variant, StringComparer.Ordinal).ThenBy(static one => one.Version)];

    /// <summary>Reads the predictions that callers got.</summary>
    internal async Task ReadAsync(DateTimeOffset since, DateTimeOffset until, CancellationToken cancellation)
    {
        for (var minute = since.ToUnixTimeSeconds() / 60; minute <= until.ToUnixTimeSeconds() / 60; minute++)
        {
            await foreach (var record in store.ReadAsync(DemoModel.Name, minute, cancellation))
            {
                // An attempt that failed, or that only served a comparison, answered no caller.
                if (record.Status != Ok || record.Comparison)
                    continue;
                batch.Add(record);
                if (batch.Count == IPredictionStore.MostOutcomes)
                    await CountAsync(cancellation);
            }
        }

        await CountAsync(cancellation);
    }

    private async Task CountAsync(CancellationToken cancellation)
    {
        var outcomes = batch.Count == 0
            ? new Dictionary<string, Outcome>()
            : await store.FindOutcomesAsync([.. batch.Select(static record => record.RequestId).Distinct()], cancellation);
        foreach (var record in batch)
        {
            var key = (record.Variant, record.Version);
            var isFlagged = IsFlagged(record);
            if (!figures.TryGetValue(key, out var known))
                known = new OutcomeFigures(record.Variant, record.Version);
            figures[key] = known.With(isFlagged, outcomes.GetValueOrDefault(record.RequestId)?.Value.Flag);
            var rank = (record.Variant != VariantPlan.Stable, isFlagged);
            if (Example is not null && rank.CompareTo(exampleRank) <= 0)
                continue;
            (Example, exampleRank) = (record.RequestId, rank);
        }

        batch.Clear();
    }

    private static bool IsFlagged(PredictionRecord record) =>
        record.Outputs.FirstOrDefault(static output => output.Name == SampleArtifacts.LabelName) is { } label
        && RecordedElements.Decode(label) is long[] and [1, ..];
}
