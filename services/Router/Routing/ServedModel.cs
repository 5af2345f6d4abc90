using ModelServing.Contracts;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts.Watching;

namespace ModelServing.Router.Routing;

/// <summary>The part of a model's planned rollout that is served, and the variants that the guard watches.</summary>
/// <param name="Rollout">What is served.</param>
/// <param name="Watched">How the guard watches each variant, in their order; null for a variant that it does not watch.</param>
/// <param name="State">What is known about the model's versions; null if the journal was never read.</param>
internal sealed record ServedModel(EffectiveRollout Rollout, IReadOnlyList<WatchedVariant?> Watched, JournalState? State)
{
    /// <summary>Every version that may get requests: those that are served, and those that the plan names.</summary>
    internal IEnumerable<ModelVersion> Versions => (Rollout.Rollout?.Versions ?? []).Union(Rollout.Planned.Versions);

    /// <summary>Serves the whole plan and watches nothing.</summary>
    internal static ServedModel AsPlanned(ModelName model, RolloutPlan planned) =>
        new(EffectiveRollout.From(planned, JournalState.Empty(model)), [], JournalState.Empty(model));

    /// <summary>The version's current trial, from 1.</summary>
    internal int TrialOf(ModelVersion version) => State?.TrialOf(version) ?? 1;
}
