using ModelServing.Contracts;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts.Watching;

namespace ModelServing.Router.Rollouts;

/// <summary>What of a model's planned rollout is served, and what of it is watched.</summary>
/// <param name="Rollout">What is served.</param>
/// <param name="Watched">How the guard watches each variant, in their order; null for one that it does not.</param>
/// <param name="State">What is known of the model's versions; null where the journal was never read.</param>
internal sealed record ServedModel(EffectiveRollout Rollout, IReadOnlyList<WatchedVariant?> Watched, JournalState? State)
{
    /// <summary>Every version that may be asked: those that are served, and those that the plan names.</summary>
    internal IEnumerable<ModelVersion> Versions => (Rollout.Rollout?.Versions ?? []).Union(Rollout.Planned.Versions);

    /// <summary>All of the plan is served, and nothing is watched.</summary>
    internal static ServedModel AsPlanned(ModelName model, RolloutPlan planned) =>
        new(EffectiveRollout.From(planned, JournalState.Empty(model)), [], JournalState.Empty(model));

    /// <summary>The trial that a version is in, from 1.</summary>
    internal int TrialOf(ModelVersion version) => State?.TrialOf(version) ?? 1;
}
