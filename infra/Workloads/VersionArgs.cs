using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>A version of a model that runs in the cluster.</summary>
public sealed record VersionArgs
{
    public required ModelName Model { get; init; }

    public required ModelVersion Version { get; init; }

    /// <summary>The image, by digest.</summary>
    public required Input<string> Image { get; init; }

    public required PodSize Size { get; init; }

    /// <summary>The deadline of the model's requests. A terminating pod still answers requests within it.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>The most rows of requests that run together; 1 for none.</summary>
    public required int BatchRows { get; init; }

    /// <summary>How the version's pods log predictions, without the store's location and the key; null if they do not.</summary>
    public PredictionLogSettings? Predictions { get; init; }
}
