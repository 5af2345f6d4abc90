namespace ModelServing.Contracts.Admin;

/// <summary>The status of a variant.</summary>
/// <param name="Name">The variant's name.</param>
/// <param name="Version">The variant's version.</param>
/// <param name="Trial">The version's trial, from 1.</param>
/// <param name="PlannedWeight">The buckets that its rollout gives it, of <see cref="PlanDocument.Buckets"/>.</param>
/// <param name="ServedWeight">The buckets that it has now.</param>
/// <param name="Endpoints">The number of its endpoints.</param>
/// <param name="ReadyEndpoints">The number of its ready endpoints.</param>
public sealed record VariantStatus(
    string Name,
    ModelVersion Version,
    int Trial,
    int PlannedWeight,
    int ServedWeight,
    int Endpoints,
    int ReadyEndpoints)
{
    /// <summary>The guard's status for it; null for stable, and for a variant without traffic.</summary>
    public GuardStatus? Guard { get; init; }

    /// <summary>The variant's requests; null if none was counted.</summary>
    public VariantFigures? Figures { get; init; }
}
