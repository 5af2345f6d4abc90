using System.Collections.Concurrent;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>Finds in the journal which models' planned rollouts are refused. It reads each event only once, and asks only for the models
/// that changed.</summary>
internal sealed class RefusedRollouts(RolloutJournal journal, TimeProvider time)
{
    private const int AtATime = 8;

    private volatile Known known = new(new Dictionary<ModelName, JournalState>(), null, null);

    /// <summary>Returns for each model whether its planned rollout is refused. A model whose events are damaged is left out.</summary>
    /// <param name="damaged">Receives why a model is left out.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    internal async Task<IReadOnlyDictionary<ModelName, bool>> ReadAsync(
        IReadOnlyList<ModelName> models, ICollection<string> damaged, CancellationToken cancellation)
    {
        var (before, now) = (known, time.GetUtcNow());
        var changes = await ChangesAsync(before.Read, now, cancellation);
        // As routers do: if a program did not write a change, its event is found in a round of all models.
        var turn = models.Where(model => before.Turn is null || model > before.Turn).Min() ?? models.Min();
        var read = new ConcurrentDictionary<ModelName, JournalState>();
        var faults = new ConcurrentQueue<string>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation };
        await Parallel.ForEachAsync(models, parallel, async (model, token) =>
        {
            var state = before.States.GetValueOrDefault(model);
            if (state is not null && changes is not null && model != turn && changes.GetValueOrDefault(model) <= state.LastSeq)
            {
                read[model] = state;
                return;
            }

            try
            {
                read[model] = (state ?? JournalState.Empty(model)).Apply(await journal.ReadAsync(model, state?.LastSeq ?? 0, token));
            }
            catch (JournalException e) when (e.Error == JournalError.Damaged)
            {
                faults.Enqueue(e.Message);
            }
        });
        foreach (var fault in faults)
            damaged.Add(fault);
        // Forgets the models that no longer report.
        known = new Known(read, now, turn);
        return read.ToDictionary(static pair => pair.Key, static pair => pair.Value.LastRollout is { IsServed: false });
    }

    // Null if every model may have changed.
    private async Task<IReadOnlyDictionary<ModelName, long>?> ChangesAsync(
        DateTimeOffset? since, DateTimeOffset now, CancellationToken cancellation)
    {
        if (since is not { } read || now - read >= ChangeRow.Kept - JournalLimits.Settled)
            return null;
        try
        {
            return await journal.ReadChangesAsync(read, cancellation);
        }
        catch (JournalException damage) when (damage.Error == JournalError.Damaged)
        {
            // A row that is not a change hides what changed.
            return null;
        }
    }

    /// <param name="States">The states of the models that could be read.</param>
    /// <param name="Read">When they were read; null if they never were.</param>
    /// <param name="Turn">The model that was read last without a change.</param>
    private sealed record Known(IReadOnlyDictionary<ModelName, JournalState> States, DateTimeOffset? Read, ModelName? Turn);
}
