using ModelServing.Contracts;

namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>
/// A query of an alarm in OCI Monitoring's query language, as far as the alarms of this repository use it: metrics compared with numbers,
/// absence, and both joined by <c>&amp;&amp;</c>.
/// </summary>
/// <remarks>See "Monitoring Query Language (MQL) Reference" in Oracle's documentation. The rest of the language is refused, with the
/// column:
/// <c>||</c>, patterns, nested queries, arithmetic, ranges, and statistics that <see cref="Statistic"/> does not list.</remarks>
internal abstract record AlarmQuery
{
    private const int MaxLength = 10_000;

    /// <exception cref="ContractException">The text is not a query, or not one that is evaluated here; the message names the
    /// column.</exception>
    internal static AlarmQuery Parse(string text)
    {
        if (text.Length > MaxLength)
            throw new ContractException($"a query has {text.Length} characters; the most is {MaxLength}");
        var read = QueryGrammar.Query(new Superpower.Model.TextSpan(text));
        return read.HasValue
            ? read.Value
            : throw new ContractException($"the query '{text}' can't be read at column {read.ErrorPosition.Column}: " +
                $"{read.FormatErrorMessageFragment()}");
    }

    /// <summary>Two queries that must both hold, stream by stream.</summary>
    internal sealed record Both(AlarmQuery Left, AlarmQuery Right) : AlarmQuery;

    /// <summary>A metric compared with a number.</summary>
    internal sealed record Threshold(MetricExpression Expression, Comparison Comparison, double Value) : AlarmQuery;

    /// <summary>No datapoint in the expression's interval, although there was one within <paramref name="Within"/>. After that time the
    /// stream is forgotten.</summary>
    internal sealed record Absence(MetricExpression Expression, TimeSpan Within) : AlarmQuery;
}
