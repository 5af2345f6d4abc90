using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>The state of one version in the journal.</summary>
/// <param name="Trial">The number of its current trial, from 1: one more than the number of resets.</param>
/// <param name="Started">When it first had a share of the traffic in this trial beside another stable version, by the clock of the router
/// that recorded it; null before. The guard's first minute starts here.</param>
/// <param name="Condemned">The event that condemned it in this trial; null if it is not condemned.</param>
public sealed record VersionState(ModelVersion Version, int Trial, DateTimeOffset? Started, RolledBackEvent? Condemned);
