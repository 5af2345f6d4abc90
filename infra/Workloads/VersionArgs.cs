using ModelServing.Contracts;
using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>A version of a model that exists in the cluster.</summary>
public sealed record VersionArgs
{
    /// <summary>The model.</summary>
    public required ModelName Model { get; init; }

    /// <summary>The version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The image, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>Its pods.</summary>
    public required PodSize Size { get; init; }

    /// <summary>The deadline of the model's requests, which a leaving pod still answers.</summary>
    public required TimeSpan Deadline { get; init; }
}
