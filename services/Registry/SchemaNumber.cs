using System.Text.Json.Serialization;

namespace ModelServing.Registry;

/// <summary>A document's schema number, which is read before the rest of the document.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record SchemaNumber
{
    public required int Schema { get; init; }
}
