using System.Text.Json.Nodes;

namespace ModelServing.TestKit;

/// <summary>An image, as a registry has it.</summary>
/// <param name="Digest">The digest of its manifest's bytes.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="Files">The files of all its layers.</param>
public sealed record RegistryImage(string Digest, JsonNode Config, IReadOnlyList<string> Files)
{
    /// <summary>A text of what it runs with, as in <c>User</c>; null for none.</summary>
    public string? Text(string name) => (string?)Config["config"]![name];

    /// <summary>A list of what it runs with, as in <c>Entrypoint</c>.</summary>
    public IReadOnlyList<string> List(string name) => Config["config"]![name] is JsonArray list ? [.. list.Select(static item => (string)item!)] : [];

    /// <summary>The keys of what it runs with, as in <c>ExposedPorts</c>.</summary>
    public IReadOnlyList<string> Keys(string name) => Config["config"]![name] is JsonObject map ? [.. map.Select(static pair => pair.Key)] : [];

    /// <summary>A label; null for none.</summary>
    public string? Label(string name) => (string?)Config["config"]!["Labels"]?[name];
}
