using System.Collections.Immutable;
using Pulumi;

namespace ModelServing.Stacks;

/// <summary>A resource as the program asked for it.</summary>
/// <param name="Type">Its type, as in <c>kubernetes:core/v1:ConfigMap</c>.</param>
/// <param name="Name">Its logical name.</param>
/// <param name="Resource">The resource itself: its outputs, as the mocks gave them.</param>
/// <param name="Inputs">Its inputs by the names of the wire; empty for a component.</param>
/// <param name="Args">Its arguments as the program gave them, unknown and secret parts and all.</param>
/// <param name="Options">Its options, which no mock sees: parent, protection, what it depends on.</param>
public sealed record RenderedResource(string Type, string Name, Resource Resource, ImmutableDictionary<string, object> Inputs, ResourceArgs Args, ResourceOptions Options);
