namespace ModelServing.Contracts.Admin;

/// <summary>How a variant stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Trial">How often the version has been tried, from 1.</param>
/// <param name="PlannedWeight">The buckets that its rollout gives it, of <see cref="PlanDocument.Buckets"/>.</param>
/// <param name="ServedWeight">The buckets that it has.</param>
/// <param name="Endpoints">How many endpoints of it there are.</param>
/// <param name="ReadyEndpoints">How many of them are ready.</param>
/// <param name="Guard">How the guard sees it; null for stable and for what gets no traffic.</param>
public sealed record VariantStatus(string Name, ModelVersion Version, int Trial, int PlannedWeight, int ServedWeight, int Endpoints, int ReadyEndpoints, GuardStatus? Guard = null);
