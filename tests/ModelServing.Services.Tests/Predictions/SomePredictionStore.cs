using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Services.Tests.Predictions;

/// <summary>A store in memory whose puts fail as a test wants.</summary>
internal sealed class SomePredictionStore(int mostRows = 1, int mostConcurrency = 16) : IPredictionStore
{
    private readonly ConcurrentDictionary<(string Id, int Attempt), byte[]> rows = new();
    private readonly ConcurrentDictionary<string, Outcome> outcomes = new();
    private int inFlight;
    private int mostInFlight;

    public string Location => "memory:";

    public int MostRows => mostRows;

    public int MostConcurrency => mostConcurrency;

    /// <summary>Is called before each put; may wait or throw.</summary>
    internal Func<IReadOnlyList<StoredPrediction>, Task> Before { get; set; } = static _ => Task.CompletedTask;

    internal int MostInFlight => Volatile.Read(ref mostInFlight);

    internal IReadOnlyList<byte[]> Rows => [.. rows.OrderBy(static row => row.Key).Select(static row => row.Value)];

    internal IReadOnlyList<string> Ids => [.. rows.Keys.Select(static key => key.Id).Order(StringComparer.Ordinal)];

    public async Task PutAsync(IReadOnlyList<StoredPrediction> predictions, CancellationToken cancellationToken)
    {
        var now = Interlocked.Increment(ref inFlight);
        InterlockedMax(now);
        try
        {
            await Before(predictions);
            cancellationToken.ThrowIfCancellationRequested();
            Assert.InRange(predictions.Count, 1, MostRows);
            foreach (var prediction in predictions)
                rows[(prediction.RequestId, prediction.Attempt)] = prediction.Record.ToArray();
        }
        finally
        {
            Interlocked.Decrement(ref inFlight);
        }
    }

    public Task<IReadOnlyList<PredictionRecord>> FindAsync(string requestId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<PredictionRecord>>(
            [.. rows.Where(row => row.Key.Id == requestId).OrderBy(static row => row.Key.Attempt).Select(static row => Parse(row.Value))]);

    public async IAsyncEnumerable<PredictionRecord> ReadAsync(
        ModelName model, long minute, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var record in rows.Values.Select(Parse))
        {
            if (record.Model == model.Text && record.Time / 60_000_000 == minute)
                yield return record;
        }
    }

    public Task PutOutcomesAsync(IReadOnlyList<Outcome> posted, CancellationToken cancellationToken)
    {
        foreach (var outcome in posted)
            outcomes[outcome.RequestId] = outcome;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyDictionary<string, Outcome>> FindOutcomesAsync(
        IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, Outcome>>(
            outcomes.Where(outcome => requestIds.Contains(outcome.Key)).ToDictionary());

    private static PredictionRecord Parse(byte[] record) => PredictionRecord.Parser.ParseFrom(record);

    private void InterlockedMax(int now)
    {
        for (var seen = Volatile.Read(ref mostInFlight); now > seen;)
        {
            var before = Interlocked.CompareExchange(ref mostInFlight, now, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
