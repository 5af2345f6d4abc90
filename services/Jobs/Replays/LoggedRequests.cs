using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;

namespace ModelServing.Jobs.Replays;

/// <summary>The requests of a log's store, minute by minute from the newest one back. Only one batch is in memory, so of the last minute
/// that is read, any of its requests count.</summary>
internal sealed class LoggedRequests(IPredictionStore store, ModelName model, DateTimeOffset since, DateTimeOffset until) : IReplaySource
{
    private const long BatchBytes = 8 * 1024 * 1024;

    public string Location => store.Location;

    /// <exception cref="PredictionStoreException">The log can't be read.</exception>
    public async IAsyncEnumerable<(PredictionRecord Record, Outcome? Outcome)> ReadAsync(
        long most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (batch, bytes) = (new List<PredictionRecord>(), 0L);
        for (var minute = MinuteOf(until.AddTicks(-1)); minute >= MinuteOf(since) && most > 0; minute--)
        {
            await foreach (var record in store.ReadAsync(model, minute, cancellation))
            {
                if (!IsAnswer(record)
                    || PredictionDocuments.TimeOf(record) is var time && (time < since || time >= until))
                    continue;
                batch.Add(record);
                bytes += record.CalculateSize();
                if (batch.Count < Math.Min(most, IPredictionStore.MostOutcomes) && bytes < BatchBytes)
                    continue;
                foreach (var one in await WithOutcomesAsync(batch, cancellation))
                    yield return one;
                most -= batch.Count;
                (batch, bytes) = ([], 0);
                if (most == 0)
                    yield break;
            }

            cancellation.ThrowIfCancellationRequested();
        }

        foreach (var one in await WithOutcomesAsync(batch, cancellation))
            yield return one;
    }

    /// <summary>Whether a record is the answer that a caller got. Each request has one at most.</summary>
    internal static bool IsAnswer(PredictionRecord record) =>
        record is { Status: >= 200 and < 300, Comparison: false, Attempt: < PredictionAttempts.NoAnswer };

    private async Task<IEnumerable<(PredictionRecord, Outcome?)>> WithOutcomesAsync(
        List<PredictionRecord> records, CancellationToken cancellation)
    {
        if (records.Count == 0)
            return [];
        var ids = records.Select(static record => record.RequestId).ToHashSet(StringComparer.Ordinal);
        var outcomes = await store.FindOutcomesAsync(ids, cancellation);
        return records.Select(record => (record, outcomes.GetValueOrDefault(record.RequestId)));
    }

    private static long MinuteOf(DateTimeOffset time) => (long)Math.Floor((time - DateTimeOffset.UnixEpoch).TotalMinutes);
}
