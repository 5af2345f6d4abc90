using System.Text.Json.Nodes;

namespace ModelServing.Services.Tests.TestKit;

/// <summary>An answer of the emulator.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    internal string? Code => JsonNode.Parse(Body)?["code"]?.GetValue<string>();

    internal string? Header(string name) =>
        Headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
