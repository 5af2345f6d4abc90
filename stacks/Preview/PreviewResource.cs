using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview;

/// <summary>A resource as the preview shows it.</summary>
/// <param name="Urn">The URN that the engine assigns.</param>
/// <param name="Name">The logical name.</param>
/// <param name="Parent">The URN of the parent; empty for the stack itself.</param>
/// <param name="Inputs">The inputs by their names on the wire.</param>
internal sealed record PreviewResource(string Urn, string Type, string Name, string Parent, JsonObject Inputs)
{
    /// <summary>The URN of the provider that the resource names; null for its parent's.</summary>
    public string? Provider { get; init; }

    /// <summary>The options that change what the engine does: protection, ignored changes, and so on. Null in a snapshot of an earlier
    /// program, which does not have them.</summary>
    public JsonObject? Options { get; init; }

    /// <summary>The kind, such as <c>Deployment</c>.</summary>
    internal string Kind => Type[(Type.LastIndexOf(':') + 1)..];

    internal bool IsKubernetes => Type.StartsWith("kubernetes:", StringComparison.Ordinal);

    /// <summary>Whether the engine refuses to delete it.</summary>
    internal bool IsProtected => Options?[ResourceOptionsReader.Protect] is not null;
}
