using System.Collections.Concurrent;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>Finds in the journal which models' planned rollouts are refused. It reads each event only once.</summary>
internal sealed class RefusedRollouts(RolloutJournal journal)
{
    private const int AtATime = 8;

    private ConcurrentDictionary<ModelName, JournalState> states = new();

    /// <summary>Returns for each model whether its planned rollout is refused. A model whose events are damaged is left out.</summary>
    /// <param name="damaged">Receives why a model is left out.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    internal async Task<IReadOnlyDictionary<ModelName, bool>> ReadAsync(
        IReadOnlyList<ModelName> models, ICollection<string> damaged, CancellationToken cancellation)
    {
        var read = new ConcurrentDictionary<ModelName, JournalState>();
        var faults = new ConcurrentQueue<string>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation };
        await Parallel.ForEachAsync(models, parallel, async (model, token) =>
        {
            var known = states.TryGetValue(model, out var state) ? state : JournalState.Empty(model);
            try
            {
                read[model] = known.Apply(await journal.ReadAsync(model, known.LastSeq, token));
            }
            catch (JournalException e) when (e.Error == JournalError.Damaged)
            {
                faults.Enqueue(e.Message);
            }
        });
        foreach (var fault in faults)
            damaged.Add(fault);
        // Forgets the models that no longer report.
        states = read;
        return read.ToDictionary(static pair => pair.Key, static pair => pair.Value.LastRollout is { IsServed: false });
    }
}
