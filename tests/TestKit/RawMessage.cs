using System.Globalization;
using System.Text;

namespace ModelServing.TestKit;

/// <summary>A request or a response as it arrived.</summary>
public sealed record RawMessage(string StartLine, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    /// <summary>A response's status.</summary>
    public int Status => int.Parse(StartLine.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>Returns the header's value, or null if it is missing.</summary>
    /// <exception cref="InvalidOperationException">The header occurs more than once.</exception>
    public string? this[string name] => All(name).SingleOrDefault();

    public IReadOnlyList<string> All(string name) =>
        [.. Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)];
}
