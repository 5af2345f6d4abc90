using ModelServing.Contracts;
using ModelServing.Registry.Profiles;

namespace ModelServing.Jobs.Skew;

/// <summary>What to compare.</summary>
/// <param name="Version">The version; null for all that have predictions.</param>
/// <param name="Since">The first time of the predictions.</param>
/// <param name="Until">The time before which they began.</param>
internal sealed record SkewRequest(ModelName Model, ModelVersion? Version, DateTimeOffset Since, DateTimeOffset Until)
{
    /// <summary>The profile of a table to compare with, in place of those of the versions.</summary>
    internal TrainingProfile? Table { get; init; }

    /// <summary>The table's name.</summary>
    internal string? TableName { get; init; }
}
