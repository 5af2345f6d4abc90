using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Predictions;

/// <summary>What turned out to be true about a request.</summary>
/// <param name="RequestId">The request's identifier, from the header <see cref="HeaderNames.RequestId"/> of its answer.</param>
/// <param name="Value">What turned out to be true.</param>
/// <param name="ObservedAt">When it was observed; by default when it was posted.</param>
public sealed record Outcome(
    [property: JsonPropertyName("id")] string RequestId,
    OutcomeValue Value,
    [property: JsonConverter(typeof(IsoTimeJsonConverter))] DateTimeOffset? ObservedAt = null);
