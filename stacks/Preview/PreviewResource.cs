using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview;

/// <summary>A resource as the preview shows it.</summary>
/// <param name="Urn">The URN that the engine assigns.</param>
/// <param name="Type">The type.</param>
/// <param name="Name">The logical name.</param>
/// <param name="Parent">The URN of the parent; empty for the stack itself.</param>
/// <param name="Inputs">The inputs by their names on the wire.</param>
internal sealed record PreviewResource(string Urn, string Type, string Name, string Parent, JsonObject Inputs);
