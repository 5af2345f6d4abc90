using System.Text.Json.Serialization;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Contracts.Features;

/// <summary>Asks for the features of entities.</summary>
/// <param name="Reads">The entities.</param>
public sealed record FeatureQuery(IReadOnlyList<EntityRead> Reads)
{
    /// <summary>The most entities of a query.</summary>
    public const int Most = 1000;

    /// <summary>The most bytes of a query.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>The time of reading; null means the time of the request.</summary>
    [JsonConverter(typeof(IsoTimeJsonConverter))]
    public DateTimeOffset? Time { get; init; }

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Compact.FeatureQuery);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static FeatureQuery Parse(ReadOnlySpan<byte> utf8)
    {
        var query = ContractsJson.ReadFromCaller(utf8, ContractsJson.Default.FeatureQuery, "request");
        if (query.Reads.Count is 0 or > Most)
            throw new ContractException($"reads has {query.Reads.Count} items; a request has from 1 to {Most}");
        for (var i = 0; i < query.Reads.Count; i++)
        {
            // The annotations of a list's items are invisible to the reader.
            if (query.Reads[i] is null)
                throw new ContractException($"reads[{i}] is null");
        }

        return query;
    }
}
