using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>What the journal says of one version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Trial">How often it has been tried, from 1: once more than it was reset.</param>
/// <param name="Started">When it first had a share of the traffic in this trial beside another stable version, by the clock of the router
/// that wrote so; null before. It begins the guard's first minute.</param>
/// <param name="Condemned">What condemned it in this trial; null where nothing did.</param>
public sealed record VersionState(ModelVersion Version, int Trial, DateTimeOffset? Started, RolledBackEvent? Condemned);
