using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>A pool whose pods serve the versions of several models.</summary>
public sealed record PoolArgs
{
    /// <summary>What it serves.</summary>
    public required PoolDocument Document { get; init; }

    /// <summary>The image, by digest.</summary>
    public required Input<string> Image { get; init; }

    public required PodSize Size { get; init; }

    /// <summary>The longest deadline of its models' requests.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>How its pods log predictions, without the store's location, the key and what the document says of each version; null if
    /// they do not.</summary>
    public PredictionLogSettings? Predictions { get; init; }
}
