using System.Text.Json.Nodes;

namespace ModelServing.Settings.Views;

/// <summary>A key of a view's file.</summary>
/// <param name="Name">The key.</param>
/// <param name="Description">What it does, in Markdown. It is in the JSON Schema and in messages about a missing key.</param>
/// <param name="Schema">Makes the JSON Schema of its value.</param>
/// <param name="IsRequired">Whether it must be there.</param>
internal sealed record ViewKey(string Name, string Description, Func<JsonObject> Schema, bool IsRequired = false);
