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
