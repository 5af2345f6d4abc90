using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Predictions.Reading;

/// <summary>Reads predictions with their outcomes, for people. A page is bounded in count, bytes and time, whatever the range and however
/// busy the model.</summary>
/// <remarks>A store returns a minute's records in any order, so each page reads its minutes from the beginning and keeps the newest. To
/// read everything, use the export.</remarks>
public sealed class PredictionReader(IPredictionStore store, TimeProvider time)
{
    // In the store's form, and so about a third of the text.
    private const long MostBytes = 2 * 1024 * 1024;

    // A month. Without a record in it, the reader of a longer range gets an empty page, and the next one.
    private const int MostMinutes = 31 * 24 * 60;

    private const long MicrosecondsInAMinute = 60_000_000;

    private static readonly TimeSpan LongestScan = TimeSpan.FromSeconds(5);

    /// <summary>Reads one page, minute by minute, the newest first.</summary>
    /// <exception cref="PredictionStoreException">The store can't be read.</exception>
    public async Task<PredictionsPage> ReadAsync(PredictionQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var began = time.GetTimestamp();
        var since = MicrosecondsOf(query.Since);
        var before = new PredictionPosition(MicrosecondsOf(query.Until), "", 0);
        if (query.Before is { } cursor && cursor < before)
            before = cursor;
        var page = new List<PredictionRecord>(Math.Min(query.Limit, PredictionsPage.Most));
        var bytes = 0L;
        // A position without an identifier is before every record of its time.
        var minute = MinuteOf(before.RequestId.Length == 0 ? before.Time - 1 : before.Time);
        for (var minutes = 0; minute >= MinuteOf(since); minute--, minutes++)
        {
            if (minutes == MostMinutes || (minutes > 0 && time.GetElapsedTime(began) > LongestScan))
                return await WithOutcomesAsync(page, StartOf(minute + 1), cancellationToken);
            var newest = new NewestRecords(query.Limit - page.Count, Math.Max(1, MostBytes - bytes));
            await foreach (var record in store.ReadAsync(query.Model, minute, cancellationToken))
            {
                if (record.Time >= since && PredictionPosition.From(record) < before)
                    newest.Add(record);
            }

            var isFull = newest.IsFull;
            foreach (var record in newest.Take())
            {
                page.Add(record);
                bytes += record.CalculateSize();
            }

            if (isFull)
                return await WithOutcomesAsync(page, PredictionPosition.From(page[^1]), cancellationToken);
            if ((page.Count == query.Limit || bytes >= MostBytes) && minute > MinuteOf(since))
                return await WithOutcomesAsync(page, StartOf(minute), cancellationToken);
        }

        return await WithOutcomesAsync(page, null, cancellationToken);
    }

    /// <summary>Reads the attempts of a request; null if none has landed.</summary>
    /// <exception cref="PredictionStoreException">The store can't be read.</exception>
    public async Task<RequestPredictions?> FindAsync(string requestId, CancellationToken cancellationToken)
    {
        var attempts = await store.FindAsync(requestId, cancellationToken);
        return attempts.Count == 0
            ? null
            : new RequestPredictions(requestId, (await WithOutcomesAsync(attempts, null, cancellationToken)).Predictions);
    }

    /// <summary>Reads a request's outcome. Returns null while it is unknown.</summary>
    /// <exception cref="PredictionStoreException">The store can't be read.</exception>
    public async Task<Outcome?> FindOutcomeAsync(string requestId, CancellationToken cancellationToken) =>
        (await store.FindOutcomesAsync([requestId], cancellationToken)).GetValueOrDefault(requestId);

    private async Task<PredictionsPage> WithOutcomesAsync(
        IReadOnlyList<PredictionRecord> records, PredictionPosition? next, CancellationToken cancellation)
    {
        var ids = records.Select(static record => record.RequestId).ToHashSet(StringComparer.Ordinal);
        var outcomes = new Dictionary<string, Outcome>(StringComparer.Ordinal);
        foreach (var some in ids.Chunk(IPredictionStore.MostOutcomes))
        {
            foreach (var (id, outcome) in await store.FindOutcomesAsync(some, cancellation))
                outcomes[id] = outcome;
        }

        return new PredictionsPage(
            [.. records.Select(record => PredictionDocuments.Create(record, outcomes.GetValueOrDefault(record.RequestId)))],
            next?.ToString());
    }

    private static PredictionPosition StartOf(long minute) => new(minute * MicrosecondsInAMinute, "", 0);

    private static long MicrosecondsOf(DateTimeOffset time) =>
        Math.Max(0, (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    private static long MinuteOf(long microseconds) => microseconds / MicrosecondsInAMinute;
}
