using System.Text.Json.Serialization;

namespace ModelServing.Features.Definitions;

/// <summary>The numbers that are read before the rest of a definition.</summary>
/// <param name="Schema">The schema of the document.</param>
/// <param name="Engine">The version of the engine.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record SchemaNumber(int Schema, int Engine);
