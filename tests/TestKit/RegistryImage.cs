using System.Text.Json.Nodes;

namespace ModelServing.TestKit;

/// <summary>An image in a registry.</summary>
/// <param name="Digest">The digest of the manifest's bytes.</param>
/// <param name="Config">The image's configuration.</param>
/// <param name="Files">The names of the files in all layers.</param>
public sealed record RegistryImage(string Digest, JsonNode Config, IReadOnlyList<string> Files)
{
    /// <summary>The media type that the manifest names; null for none.</summary>
    public string? MediaType { get; init; }

    /// <summary>Returns a string of the runtime configuration, such as <c>User</c>, or null.</summary>
    public string? Text(string name) => (string?)Config["config"]![name];

    /// <summary>Returns a list of the runtime configuration, such as <c>Entrypoint</c>.</summary>
    public IReadOnlyList<string> List(string name) =>
        Config["config"]![name] is JsonArray list ? [.. list.Select(static item => (string)item!)] : [];

    /// <summary>Returns the keys of a map in the runtime configuration, such as <c>ExposedPorts</c>.</summary>
    public IReadOnlyList<string> Keys(string name) =>
        Config["config"]![name] is JsonObject map ? [.. map.Select(static pair => pair.Key)] : [];

    /// <summary>Returns a label, or null.</summary>
    public string? Label(string name) => (string?)Config["config"]!["Labels"]?[name];
}
