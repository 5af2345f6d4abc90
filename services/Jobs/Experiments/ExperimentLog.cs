using ModelServing.Jobs.Progress;
using ModelServing.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;

namespace ModelServing.Jobs.Experiments;

/// <summary>Reads the predictions of an experiment with their outcomes, minute by minute.</summary>
internal sealed class ExperimentLog(IPredictionStore store, IStepProgress progress)
{
    private readonly List<PredictionRecord> batch = [];

    /// <exception cref="PredictionStoreException">The log can't be read.</exception>
    internal async Task ReadAsync(ExperimentRequest request, StagedDecisions staged, CancellationToken cancellation)
    {
        var (first, last) = (MinuteOf(request.Since), MinuteOf(request.Until.AddTicks(-1)));
        progress.Begin("Reading predictions", last - first + 1);
        for (var minute = first; minute <= last; minute++)
        {
            await foreach (var record in store.ReadAsync(request.Experiment.Model, minute, cancellation))
            {
                if (!staged.IsWanted(record)
                    || PredictionDocuments.TimeOf(record) is var time && (time < request.Since || time >= request.Until))
                    continue;
                batch.Add(record);
                if (batch.Count == IPredictionStore.MostOutcomes)
                    await FlushAsync(staged, cancellation);
            }

            cancellation.ThrowIfCancellationRequested();
            progress.Advance(1);
        }

        await FlushAsync(staged, cancellation);
    }

    private async Task FlushAsync(StagedDecisions staged, CancellationToken cancellation)
    {
        if (batch.Count == 0)
            return;
        var ids = batch.Select(static record => record.RequestId).ToHashSet(StringComparer.Ordinal);
        staged.Add(batch, await store.FindOutcomesAsync(ids, cancellation));
        batch.Clear();
    }

    private static long MinuteOf(DateTimeOffset time) => (long)Math.Floor((time - DateTimeOffset.UnixEpoch).TotalMinutes);
}
