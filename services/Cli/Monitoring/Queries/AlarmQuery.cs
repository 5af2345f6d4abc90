using ModelServing.Contracts;

namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>
/// A query of an alarm in OCI Monitoring's query language, as far as it is evaluated here: metrics compared with numbers, absence, and
/// both joined by <c>&amp;&amp;</c> and <c>||</c>.
/// </summary>
/// <remarks>See "Monitoring Query Language (MQL) Reference" in Oracle's documentation. What is not evaluated here is refused by name:
/// nested queries, arithmetic, ranges, and the statistics that are not in <see cref="Statistic"/>.</remarks>
internal abstract record AlarmQuery
{
    private const int MaxLength = 10_000;

    /// <summary>Reads a query.</summary>
    /// <exception cref="ContractException">It is none, or none that is evaluated here; the message names the column.</exception>
    internal static AlarmQuery Parse(string text)
    {
        if (text.Length > MaxLength)
            throw new ContractException($"a query has {text.Length} characters; at most {MaxLength} are read");
        var read = QueryGrammar.Query(new Superpower.Model.TextSpan(text));
        return read.HasValue ? read.Value : throw new ContractException($"the query '{text}' can't be read at column {read.ErrorPosition.Column}: {read.FormatErrorMessageFragment()}");
    }

    /// <summary>Both, or one of two queries, stream by stream.</summary>
    internal sealed record Joined(AlarmQuery Left, bool IsAnd, AlarmQuery Right) : AlarmQuery;

    /// <summary>A metric compared with a number.</summary>
    internal sealed record Threshold(MetricExpression Expression, Comparison Comparison, double Value) : AlarmQuery;

    /// <summary>No datapoint in the expression's interval, though there was one within <paramref name="Within"/> before; after that the
    /// stream is forgotten.</summary>
    internal sealed record Absence(MetricExpression Expression, TimeSpan Within) : AlarmQuery;
}

/// <summary>A metric's datapoints in an interval, as one number for each stream or group of streams.</summary>
/// <param name="Metric">The metric's name.</param>
/// <param name="Interval">The interval, in whole minutes.</param>
/// <param name="Filters">What the dimensions have to be.</param>
/// <param name="GroupBy">The dimensions that make a group; none merges all streams; null leaves each by itself.</param>
/// <param name="Statistic">What becomes of the datapoints.</param>
/// <param name="Text">The expression as it was written.</param>
internal sealed record MetricExpression(string Metric, TimeSpan Interval, IReadOnlyList<DimensionFilter> Filters, IReadOnlyList<string>? GroupBy, Statistic Statistic, string Text);

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

/// <summary>How a value is compared.</summary>
internal enum Comparison
{
    /// <summary>&gt;</summary>
    Above,

    /// <summary>&gt;=</summary>
    AtLeast,

    /// <summary>&lt;</summary>
    Below,

    /// <summary>&lt;=</summary>
    AtMost,

    /// <summary>==</summary>
    Equal,

    /// <summary>!=</summary>
    NotEqual,
}
