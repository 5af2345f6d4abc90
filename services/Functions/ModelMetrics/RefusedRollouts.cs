using System.Collections.Concurrent;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>Which models' planned rollouts are refused, by the journal. What was read of it once is not read again.</summary>
internal sealed class RefusedRollouts(RolloutJournal journal)
{
    private const int AtATime = 8;

    private ConcurrentDictionary<ModelName, JournalState> states = new();

    /// <summary>For each model whether it is.</summary>
    /// <exception cref="JournalException">The journal can't be read.</exception>
    internal async Task<IReadOnlyDictionary<ModelName, bool>> ReadAsync(IReadOnlyList<ModelName> models, CancellationToken cancellation)
    {
        var read = new ConcurrentDictionary<ModelName, JournalState>();
        await Parallel.ForEachAsync(models, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation }, async (model, token) =>
        {
            var known = states.TryGetValue(model, out var state) ? state : JournalState.Empty(model);
            read[model] = known.Apply(await journal.ReadAsync(model, known.LastSeq, token));
        });
        // Of models that are gone nothing stays.
        states = read;
        return read.ToDictionary(static pair => pair.Key, static pair => pair.Value.LastRollout is { IsServed: false });
    }
}
