using ModelServing.Contracts.Features;

namespace ModelServing.Infra.Workloads;

/// <summary>The Job that exports training tables.</summary>
public sealed record TrainingJobArgs : FeatureJobArgs
{
    /// <summary>The views whose features a table has, each name once.</summary>
    public required IReadOnlyList<NamedView> Views { get; init; }

    /// <summary>The number of pods.</summary>
    public required int Shards { get; init; }
}
