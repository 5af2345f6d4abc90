using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>One arm of a rollout as it is served.</summary>
/// <param name="Plan">The variant as its rollout has it.</param>
/// <param name="Weight">How many buckets it owns in truth; 0 where it is closed, and what is taken from others is stable's.</param>
/// <param name="Trial">The trial that its version is in, from 1.</param>
/// <param name="Closed">Why it is closed; null where it is not.</param>
/// <param name="Condemned">What condemned its version; null where nothing did.</param>
public sealed record EffectiveVariant(VariantPlan Plan, int Weight, int Trial, Closure? Closed, RolledBackEvent? Condemned);
