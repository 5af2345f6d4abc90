using System.Text.Json.Serialization;

namespace ModelServing.Registry;

/// <summary>The first thing that is read of a document: which schema it has.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record SchemaNumber
{
    /// <summary>The schema's number.</summary>
    public required int Schema { get; init; }
}
