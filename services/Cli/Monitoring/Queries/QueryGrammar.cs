using System.Globalization;
using Superpower;
using Superpower.Model;
using Superpower.Parsers;

namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>The grammar of <see cref="AlarmQuery"/>.</summary>
/// <remarks>
/// <code>
/// query      = condition { "&amp;&amp;" condition }
/// condition  = selector "." "absent" "(" [ duration ] ")"
///            | selector "." statistic comparison number
/// selector   = metric "[" duration "]" [ "{" filter { "," filter } "}" ] [ ".groupBy(" name { "," name } ")" | ".grouping()" ]
/// filter     = name "=" '"' value '"'
/// statistic  = "mean()" | ...
/// comparison = ">" | ">=" | "&lt;"
/// </code>
/// </remarks>
internal static class QueryGrammar
{
    // Monitoring's default.
    private static readonly TimeSpan AbsentWithin = TimeSpan.FromHours(2);

    private static readonly TextParser<string> Name = Token(Span.Regex("[A-Za-z][A-Za-z0-9_$-]*")).Named("a dimension's name");

    private static readonly TextParser<string> Metric = Token(Span.Regex("[A-Za-z][A-Za-z0-9._$-]*")).Named("a metric's name");

    private static readonly TextParser<string> Quoted =
        from open in Character.EqualTo('"')
        from value in Span.WithoutAny(static c => c == '"').OptionalOrDefault(TextSpan.Empty)
        from close in Text("\"")
        select value.ToStringValue();

    private static readonly TextParser<TimeSpan> Duration =
        from number in Numerics.NaturalUInt32
        from unit in Character.In('m', 'h', 'd')
        from after in Span.WhiteSpace.OptionalOrDefault()
        let duration = TimeSpan.FromMinutes(number * (unit == 'm' ? 1.0 : unit == 'h' ? 60.0 : 1440.0))
        where duration >= TimeSpan.FromMinutes(1) && duration <= TimeSpan.FromDays(3)
        select duration;

    private static readonly TextParser<TimeSpan> Interval =
        Duration.Where(static duration => duration <= TimeSpan.FromHours(1), "only an interval of up to an hour is evaluated here");

    private static readonly TextParser<double> Number =
        from number in Numerics.DecimalDouble
        from after in Span.WhiteSpace.OptionalOrDefault()
        select number;

    private static readonly TextParser<DimensionFilter> Filter =
        from name in Name
        from sign in Text("=")
        from value in Quoted
        select new DimensionFilter(name, value);

    private static readonly TextParser<DimensionFilter[]> Filters =
        from open in Text("{")
        from filters in Filter.AtLeastOnceDelimitedBy(Text(","))
        from close in Text("}")
        select filters;

    private static readonly TextParser<string[]?> Grouping = (
        from dot in Text(".groupBy(")
        from names in Name.AtLeastOnceDelimitedBy(Text(","))
        from close in Text(")")
        select names)
            .Try()
            .Or(Text(".grouping()").Select(static _ => Array.Empty<string>()))
            .Try()
            .Select(static names => (string[]?)names);

    private static readonly TextParser<Statistic> OfDatapoints =
        Parse.OneOf([.. Statistic.All.Select(static statistic => Text(statistic.Name + "()").Try().Select(_ => statistic))])
            .Named($"a statistic that is evaluated here ({string.Join(", ", Statistic.All.Select(static s => s.Name))}, absent)");

    private static readonly TextParser<Comparison> Compared = Parse.OneOf(
        Text(">=").Try().Select(static _ => Comparison.AtLeast),
        Text(">").Select(static _ => Comparison.Above),
        Text("<").Select(static _ => Comparison.Below)).Named("a comparison with a number");

    private static readonly TextParser<(string Metric, TimeSpan Interval, DimensionFilter[] Filters, string[]? GroupBy)> Selector =
        from metric in Metric
        from open in Text("[")
        from interval in Interval
        from close in Text("]")
        from filters in Filters.OptionalOrDefault([])
        from grouping in Grouping.OptionalOrDefault()
        from dot in Text(".")
        select (metric, interval, filters, grouping);

    private static readonly Statistic Nothing = new("absent", static _ => 1);

    private static readonly TextParser<AlarmQuery> Condition =
        from selector in Selector
        from condition in Absence(selector).Try().Or(Threshold(selector))
        select condition;

    /// <summary>The parser of a whole query.</summary>
    internal static TextParser<AlarmQuery> Query { get; } =
        (from before in Span.WhiteSpace.OptionalOrDefault()
         from query in Parse.Chain(Text("&&"), Condition, static (_, left, right) => new AlarmQuery.Both(left, right))
         select query).AtEnd();

    private static TextParser<AlarmQuery> Absence(
        (string Metric, TimeSpan Interval, DimensionFilter[] Filters, string[]? GroupBy) selector) =>
        from open in Text("absent(")
        from within in Duration.OptionalOrDefault(AbsentWithin)
        from close in Text(")")
        select (AlarmQuery)new AlarmQuery.Absence(Expression(selector, Nothing, "absent()"), within);

    private static TextParser<AlarmQuery> Threshold(
        (string Metric, TimeSpan Interval, DimensionFilter[] Filters, string[]? GroupBy) selector) =>
        from statistic in OfDatapoints
        from comparison in Compared
        from value in Number
        select (AlarmQuery)new AlarmQuery.Threshold(Expression(selector, statistic, statistic.Name + "()"), comparison, value);

    private static MetricExpression Expression(
        (string Metric, TimeSpan Interval, DimensionFilter[] Filters, string[]? GroupBy) selector,
        Statistic statistic,
        string text)
    {
        var (metric, interval, filters, groupBy) = selector;
        var filtering = filters.Length == 0
            ? ""
            : $"{{{string.Join(", ", filters.Select(static filter => $"{filter.Name} = \"{filter.Value}\""))}}}";
        var grouping = groupBy switch { null => "", [] => ".grouping()", var names => $".groupBy({string.Join(',', names)})" };
        var written = string.Create(CultureInfo.InvariantCulture, $"{metric}[{interval.TotalMinutes}m]{filtering}{grouping}.{text}");
        return new MetricExpression(metric, interval, filters, groupBy, statistic, written);
    }

    private static TextParser<string> Token(TextParser<TextSpan> parser) =>
        from token in parser
        from after in Span.WhiteSpace.OptionalOrDefault()
        select token.ToStringValue();

    private static TextParser<TextSpan> Text(string text) =>
        from token in Span.EqualTo(text)
        from after in Span.WhiteSpace.OptionalOrDefault()
        select token;
}
