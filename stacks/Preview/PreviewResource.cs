using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview;

/// <summary>A resource as the preview shows it.</summary>
/// <param name="Urn">The URN that the engine gives it.</param>
/// <param name="Type">Its type.</param>
/// <param name="Name">Its logical name.</param>
/// <param name="Parent">The URN of its parent; empty for the stack itself.</param>
/// <param name="Inputs">Its inputs by their names on the wire.</param>
internal sealed record PreviewResource(string Urn, string Type, string Name, string Parent, JsonObject Inputs);
