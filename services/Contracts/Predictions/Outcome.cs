using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Predictions;

/// <summary>What turned out to be true about a request.</summary>
/// <param name="RequestId">The request's identifier, from the header <see cref="HeaderNames.RequestId"/> of its answer.</param>
/// <param name="Value">What turned out to be true.</param>
/// <param name="ObservedAt">When it was observed; by default when it was posted.</param>
public sealed record Outcome(
    [property: JsonPropertyName("id")] string RequestId,
    OutcomeValue Value,
    [property: JsonConverter(typeof(IsoTimeJsonConverter))] DateTimeOffset? ObservedAt = null)
{
    /// <exception cref="ContractException">The JSON is not an outcome.</exception>
    public static Outcome Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Compact.Outcome, "outcome");

    /// <summary>The JSON, on one line.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, ContractsJson.Compact.Outcome);
}
