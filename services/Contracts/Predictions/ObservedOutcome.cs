using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Predictions;

/// <summary>What turned out to be true about a request that is named elsewhere: by the path of a post, or by the prediction that has this
/// outcome.</summary>
/// <param name="Value">What turned out to be true.</param>
/// <param name="ObservedAt">When it was observed; by default when it was posted.</param>
public sealed record ObservedOutcome(
    OutcomeValue Value, [property: JsonConverter(typeof(IsoTimeJsonConverter))] DateTimeOffset? ObservedAt = null)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Compact.ObservedOutcome);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static ObservedOutcome Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.ReadFromCaller(utf8, ContractsJson.Default.ObservedOutcome, "outcome");
}
