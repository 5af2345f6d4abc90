using ModelServing.Features.Engine;
using ModelServing.Features.Events;

namespace ModelServing.OnlineStore;

/// <summary>Events of the log, grouped by the entity of a view, so that each entity's state is read and written once for all of
/// them.</summary>
internal sealed class EntityEvents
{
    private readonly FeatureEngine engine;
    private readonly List<List<LoggedEvent>> events = [];
    private readonly ApplyOutcome[][] outcomes;

    /// <param name="engine">Computes the view.</param>
    /// <param name="batch">The events, in the order of the log.</param>
    /// <param name="counts">Counts the events without an entity of the view.</param>
    internal EntityEvents(FeatureEngine engine, IReadOnlyList<LoggedEvent> batch, ApplyCounts counts)
    {
        this.engine = engine;
        var indexes = new Dictionary<EntityKey, int>();
        foreach (var logged in batch)
        {
            if (!engine.TryFindEntity(logged.Event, out var entity))
            {
                var isUsed = engine.Definition.Sources.Any(source => source.Name == logged.Event.Source);
                counts.Add(isUsed ? ApplyOutcome.Unreadable : ApplyOutcome.OtherSource);
                continue;
            }

            if (!indexes.TryGetValue(entity, out var index))
            {
                indexes[entity] = index = events.Count;
                events.Add([]);
                Entities.Add(entity);
            }

            events[index].Add(logged);
        }

        outcomes = [.. events.Select(static of => new ApplyOutcome[of.Count])];
    }

    internal List<EntityKey> Entities { get; } = [];

    /// <summary>Applies the events of an entity to its state. Returns the changed state; null if nothing changed. It may be called again
    /// with another state.</summary>
    internal EntityState? Apply(int index, EntityState? state)
    {
        state ??= engine.CreateState();
        var changed = false;
        for (var i = 0; i < events[index].Count; i++)
        {
            var (sequence, happened) = events[index][i];
            outcomes[index][i] = engine.Apply(state, happened, sequence);
            changed |= outcomes[index][i] == ApplyOutcome.Applied;
        }

        return changed ? state : null;
    }

    /// <summary>Counts the results of the events, once the states are written.</summary>
    internal void Count(ApplyCounts counts)
    {
        foreach (var outcome in outcomes.SelectMany(static of => of))
            counts.Add(outcome);
    }
}
