namespace ModelServing.Predictions.Records;

/// <summary>What a record says about its attempt, without tensors. Texts are ASCII; null is empty.</summary>
public readonly ref struct RecordHead
{
    /// <summary>The request's identifier, a ULID.</summary>
    public required ReadOnlySpan<char> RequestId { get; init; }

    /// <summary>The attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>When the attempt began.</summary>
    public required DateTimeOffset Time { get; init; }

    public required string Model { get; init; }

    public required int Version { get; init; }

    /// <summary>The variant, or <c>pinned</c> or <c>direct</c>.</summary>
    public required string Variant { get; init; }

    public string? Revision { get; init; }

    public int Trial { get; init; }

    public string? Experiment { get; init; }

    /// <summary>The keyed hash of the routing key.</summary>
    public ReadOnlySpan<byte> RoutingKey { get; init; }

    /// <summary>The answer's status; 0 if there was no answer.</summary>
    public required int Status { get; init; }

    /// <summary>Why there is no prediction; null for a prediction.</summary>
    public string? Reason { get; init; }

    public bool IsNonFinite { get; init; }

    /// <summary>Whether the caller has the answer of another attempt.</summary>
    public bool IsComparison { get; init; }
}
