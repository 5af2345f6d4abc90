using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Predictions;

/// <summary>A prediction record as the admin API and <c>--json</c> show it: one attempt of one request at one version.</summary>
public sealed record PredictionDocument
{
    /// <summary>The request's identifier, a ULID.</summary>
    public required string RequestId { get; init; }

    /// <summary>The attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>When the attempt began, to the microsecond.</summary>
    [JsonConverter(typeof(IsoTimeJsonConverter))]
    public required DateTimeOffset Time { get; init; }

    public required string Model { get; init; }

    public required int Version { get; init; }

    /// <summary>The variant, or <see cref="VariantPlan.Pinned"/> or <see cref="HeaderNames.DirectVariant"/>.</summary>
    public required string Variant { get; init; }

    /// <summary>The rollout's revision; null if no rollout assigned the request.</summary>
    public string? Revision { get; init; }

    /// <summary>The number of the version's trial; null if it is unknown.</summary>
    public int? Trial { get; init; }

    /// <summary>The experiment that the variant belongs to. Null without an experiment.</summary>
    public string? Experiment { get; init; }

    /// <summary>The W3C trace that the request belongs to, in hexadecimal digits; null if it belongs to none.</summary>
    public string? TraceId { get; init; }

    /// <summary>The keyed hash of the routing key, in hexadecimal digits; null if it was not recorded.</summary>
    public string? RoutingKeyHash { get; init; }

    /// <summary>The answer's status; null if there was no answer.</summary>
    public int? Status { get; init; }

    /// <summary>Why there is no prediction: the kind of the problem; null if there is a prediction.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether an output contains NaN or infinity, and no input does.</summary>
    public required bool NonFinite { get; init; }

    /// <summary>Whether the attempt was made only for comparison: the caller has the answer of another one.</summary>
    public required bool Comparison { get; init; }

    public required IReadOnlyList<PredictionTensor> Inputs { get; init; }

    public required IReadOnlyList<PredictionTensor> Outputs { get; init; }

    /// <summary>How long the parts of the attempt took; null if there was no answer.</summary>
    public PredictionLatency? LatencyMilliseconds { get; init; }

    /// <summary>What the feature store contributed; null if nothing.</summary>
    public IReadOnlyList<PredictionFeatures>? Features { get; init; }

    /// <summary>What turned out to be true about the request; null while this is unknown.</summary>
    public ObservedOutcome? Outcome { get; init; }
}
