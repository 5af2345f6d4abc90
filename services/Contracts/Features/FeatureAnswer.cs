using System.Text.Json.Serialization;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Contracts.Features;

/// <summary>The features of entities at a time.</summary>
/// <param name="Time">The time of reading.</param>
/// <param name="Reads">The entities, in the order of the query.</param>
public sealed record FeatureAnswer(
    [property: JsonConverter(typeof(IsoTimeJsonConverter))] DateTimeOffset Time, IReadOnlyList<EntityFeatures> Reads)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Compact.FeatureAnswer);

    /// <exception cref="ContractException">The text is not such a document.</exception>
    public static FeatureAnswer Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.FeatureAnswer, "answer");
}
