using ModelServing.Contracts;
using ModelServing.Rollout.Journal;

namespace ModelServing.Rollout.Splitting;

/// <summary>What all routers know together: the newest plan, each model's newest state, and every decision.</summary>
/// <param name="states">The models' states, with the routers' decisions applied. A model that is missing was never read.</param>
public sealed class KnownRollouts(PlanDocument plan, IReadOnlyDictionary<ModelName, JournalState> states)
{
    /// <summary>A router that has published nothing for this long is gone, and what it knew does not count.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly Dictionary<ModelName, AssignedRollout> models = plan.Rollouts.ToDictionary(
        static pair => pair.Key,
        pair =>
        {
            var state = states.GetValueOrDefault(pair.Key);
            return new AssignedRollout(EffectiveRollout.From(pair.Value, state), state);
        });

    public PlanDocument Plan => plan;

    /// <summary>Joins what routers published; null if none of it is young enough.</summary>
    /// <param name="published">What each router published last.</param>
    /// <param name="now">The time. Routers' clocks may differ from it by less than <see cref="MaxAge"/>.</param>
    public static KnownRollouts? Join(IEnumerable<PublishedRollouts> published, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(published);
        var young = published.Where(one => now - one.Time <= MaxAge).ToList();
        if (young.MaxBy(static one => one.PlanSince) is not { Plan: var plan })
            return null;
        var states = young.SelectMany(static one => one.States.Values).GroupBy(static state => state.Model)
            .ToDictionary(static group => group.Key, static group => group.MaxBy(static state => state.LastSeq)!);
        foreach (var decision in young.SelectMany(static one => one.Decided))
        {
            var state = states.GetValueOrDefault(decision.Model) ?? JournalState.Empty(decision.Model);
            // The state ignores a decision about a trial that is over, and one that is made already.
            states[decision.Model] = state.Apply(decision with { Seq = state.LastSeq + 1 });
        }

        return new KnownRollouts(plan, states);
    }

    /// <summary>How a model's requests are assigned; null if the plan does not have the model.</summary>
    public AssignedRollout? Find(ModelName model) => models.GetValueOrDefault(model);
}
