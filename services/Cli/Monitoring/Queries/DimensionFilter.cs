namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>What a dimension has to be.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsLike">The value is one of several, with '|' between them, and '*' stands for anything.</param>
/// <param name="Value">The value.</param>
internal sealed record DimensionFilter(string Name, bool IsLike, string Value)
{
    internal bool Matches(Dimensions dimensions) => dimensions[Name] is { } value && (IsLike ? Value.Split('|').Any(one => IsMatch(one, value)) : value == Value);

    private static bool IsMatch(string pattern, string value)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
            return pattern == value;
        if (value.Length < parts[0].Length + parts[^1].Length || !value.StartsWith(parts[0], StringComparison.Ordinal) || !value.EndsWith(parts[^1], StringComparison.Ordinal))
            return false;
        var rest = value.AsSpan(parts[0].Length, value.Length - parts[0].Length - parts[^1].Length);
        foreach (var part in parts[1..^1])
        {
            var at = rest.IndexOf(part, StringComparison.Ordinal);
            if (at < 0)
                return false;
            rest = rest[(at + part.Length)..];
        }

        return true;
    }
}
