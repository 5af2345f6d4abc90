using System.Globalization;
using System.Text;

namespace ModelServing.TestKit;

/// <summary>A request or an answer as it came over the wire.</summary>
public sealed record RawMessage(string StartLine, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    /// <summary>An answer's status.</summary>
    public int Status => int.Parse(StartLine.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The header's value; null when it is not there.</summary>
    /// <exception cref="InvalidOperationException">It stands there more than once.</exception>
    public string? this[string name] => All(name).SingleOrDefault();

    public IReadOnlyList<string> All(string name) => [.. Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)];
}
