using System.Collections.Immutable;
using Pulumi;

namespace ModelServing.Stacks;

/// <summary>A resource as the program created it.</summary>
/// <param name="Type">The type, as in <c>kubernetes:core/v1:ConfigMap</c>.</param>
/// <param name="Name">The logical name.</param>
/// <param name="Resource">The resource itself, with the outputs that the mocks returned.</param>
/// <param name="Inputs">The inputs by their names on the wire; empty for a component.</param>
/// <param name="Args">The arguments as the program wrote them, including unknown and secret parts.</param>
/// <param name="Options">The options, which mocks do not see: parent, protection, dependencies.</param>
public sealed record RenderedResource(
    string Type,
    string Name,
    Resource Resource,
    ImmutableDictionary<string, object> Inputs,
    ResourceArgs Args,
    ResourceOptions Options);
