using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Services.Tests.Predictions;

/// <summary>A store in memory that can fail and that can be made to wait. It returns a minute's records in no useful order.</summary>
internal sealed class MemoryPredictionStore(int mostRows = 100, int mostConcurrency = 1) : IPredictionStore
{
    private readonly ConcurrentDictionary<(string Id, int Attempt), StoredPrediction> rows = new();

    internal ConcurrentDictionary<string, Outcome> Outcomes { get; } = new();

    /// <summary>What every call throws; null if calls work.</summary>
    internal Exception? Failure { get; set; }

    /// <summary>What every put of outcomes waits for.</summary>
    internal Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Called with each minute that is read.</summary>
    internal Action<long> Reading { get; set; } = static _ => { };

    /// <summary>Called before each put of records; may wait or throw.</summary>
    internal Func<IReadOnlyList<StoredPrediction>, Task> Before { get; set; } = static _ => Task.CompletedTask;

    /// <summary>The puts of outcomes.</summary>
    internal int Puts => puts;

    /// <summary>The most puts of records that were in flight at once.</summary>
    internal int MostInFlight { get; private set; }

    /// <summary>The records in the order of their keys.</summary>
    internal IReadOnlyList<byte[]> Rows => [.. rows.OrderBy(static row => row.Key).Select(static row => row.Value.Record.ToArray())];

    internal IReadOnlyList<string> Ids => [.. rows.Keys.Select(static key => key.Id).Order(StringComparer.Ordinal)];

    public string Location => "memory";

    public int MostRows => mostRows;

    public int MostConcurrency => mostConcurrency;

    private readonly Lock counting = new();
    private int puts;
    private int inFlight;

    internal void Add(params IEnumerable<PredictionRecord> records)
    {
        foreach (var record in records)
        {
            rows[(record.RequestId, record.Attempt)] = SomeRecord.Stored(record);
        }
    }

    public async Task PutAsync(IReadOnlyList<StoredPrediction> predictions, CancellationToken cancellationToken)
    {
        Check();
        Assert.InRange(predictions.Count, 1, MostRows);
        lock (counting)
            MostInFlight = Math.Max(MostInFlight, ++inFlight);
        try
        {
            await Before(predictions);
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var row in predictions)
                rows[(row.RequestId, row.Attempt)] = row;
        }
        finally
        {
            lock (counting)
                inFlight--;
        }
    }

    public Task<IReadOnlyList<PredictionRecord>> FindAsync(string requestId, CancellationToken cancellationToken)
    {
        Check();
        return Task.FromResult<IReadOnlyList<PredictionRecord>>(
        [
            .. rows.Values.Where(row => row.RequestId == requestId).OrderBy(static row => row.Attempt)
                .Select(static row => PredictionRecord.Parser.ParseFrom(row.Record.Span)),
        ]);
    }

    public async IAsyncEnumerable<PredictionRecord> ReadAsync(
        ModelName model, long minute, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Check();
        Reading(minute);
        await Task.Yield();
        foreach (var row in rows.Values.Where(row => row.Model == model.Text && row.Minute == minute))
            yield return PredictionRecord.Parser.ParseFrom(row.Record.Span);
    }

    public async Task PutOutcomesAsync(IReadOnlyList<Outcome> outcomes, CancellationToken cancellationToken)
    {
        Check();
        Interlocked.Increment(ref puts);
        await Gate.WaitAsync(cancellationToken);
        foreach (var outcome in outcomes)
            Outcomes[outcome.RequestId] = outcome;
    }

    public Task<IReadOnlyDictionary<string, Outcome>> FindOutcomesAsync(
        IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken)
    {
        Check();
        Assert.InRange(requestIds.Count, 0, IPredictionStore.MostOutcomes);
        return Task.FromResult<IReadOnlyDictionary<string, Outcome>>(
            requestIds.Where(Outcomes.ContainsKey).ToDictionary(static id => id, id => Outcomes[id]));
    }

    private void Check()
    {
        if (Failure is { } failure)
            throw failure;
    }
}
