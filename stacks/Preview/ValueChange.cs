using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview;

/// <summary>One value of a resource that changes.</summary>
/// <param name="Path">The names that lead to it. An item of a list is <c>[key]</c> or <c>[index]</c>; text that is JSON continues the
/// path.</param>
/// <param name="Left">The value before; null if there was none.</param>
/// <param name="Right">The value after; null if it is removed.</param>
internal sealed record ValueChange(ImmutableArray<string> Path, JsonNode? Left, JsonNode? Right)
{
    /// <summary>The path in one text.</summary>
    internal string Dotted => string.Join('.', Path);

    /// <summary>The path up to the first list, as providers name the inputs whose change replaces a resource.</summary>
    internal string Property => string.Join('.', Path.TakeWhile(static name => !name.StartsWith('[')));

    /// <summary>The last name of the path that is not an item of a list.</summary>
    internal string Name => Path.LastOrDefault(static name => !name.StartsWith('[')) ?? "";

    /// <summary>The name, or what names the item of the list whose <c>value</c> changes.</summary>
    internal string Label => Name is "value" or "configValue" && Path.Length > 1 ? Path[^2].Trim('[', ']') : Name;

    /// <summary>Whether the value itself stays the same and only the resource that it names is replaced.</summary>
    internal bool Follows { get; init; }
}
