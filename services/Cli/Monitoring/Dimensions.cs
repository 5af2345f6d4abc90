namespace ModelServing.Cli.Monitoring;

/// <summary>The dimensions that distinguish the streams of a metric. Two are equal if all names and values are.</summary>
internal sealed class Dimensions : IEquatable<Dimensions>
{
    private readonly SortedDictionary<string, string> values;
    private readonly string text;

    internal Dimensions(IEnumerable<KeyValuePair<string, string>> dimensions)
    {
        values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in dimensions)
            values[name] = value;
        // Unambiguous: a name has no '=', and a value can contain anything because its length comes first.
        text = string.Concat(values.Select(static pair => $"{pair.Key}={pair.Value.Length}:{pair.Value};"));
    }

    internal IReadOnlyDictionary<string, string> Values => values;

    /// <summary>The value of a dimension; null if there is no dimension of that name.</summary>
    internal string? this[string name] => values.GetValueOrDefault(name);

    /// <summary>Only the dimensions of <paramref name="names"/>.</summary>
    internal Dimensions Only(IEnumerable<string> names) => new(values.Where(pair => names.Contains(pair.Key)));

    public bool Equals(Dimensions? other) => other?.text == text;

    public override bool Equals(object? obj) => Equals(obj as Dimensions);

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => string.Join(", ", values.Select(static pair => $"{pair.Key} {pair.Value}"));
}
