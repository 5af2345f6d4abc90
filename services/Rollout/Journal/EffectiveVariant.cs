using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>A variant of a rollout as it is served.</summary>
/// <param name="Plan">The variant in the rollout.</param>
/// <param name="Weight">The number of buckets that it effectively owns. A closed variant has 0, and stable has its buckets.</param>
/// <param name="Trial">The current trial of its version, from 1.</param>
/// <param name="Closed">Why it is closed; null if it is open.</param>
/// <param name="Condemned">The event that condemned its version; null if it is not condemned.</param>
public sealed record EffectiveVariant(VariantPlan Plan, int Weight, int Trial, Closure? Closed, RolledBackEvent? Condemned);
