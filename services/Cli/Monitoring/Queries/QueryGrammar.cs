using System.Globalization;
using Superpower;
using Superpower.Model;
using Superpower.Parsers;

namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>The grammar of <see cref="AlarmQuery"/>.</summary>
/// <remarks>
/// <code>
/// query      = all { "||" all }
/// all        = condition { "&amp;&amp;" condition }
/// condition  = selector "." "absent" "(" [ duration ] ")"
///            | selector "." statistic comparison number
/// selector   = metric "[" duration "]" [ "{" filter { "," filter } "}" ] [ ".groupBy(" name { "," name } ")" | ".grouping()" ]
/// filter     = name ( "=" | "=~" ) '"' value '"'
/// statistic  = "mean()" | ... | "percentile(" number ")"
/// </code>
/// </remarks>
internal static class QueryGrammar
{
    // Monitoring's own, where a query gives none.
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

    private static readonly TextParser<TimeSpan> Interval = Duration.Where(static duration => duration <= TimeSpan.FromHours(1), "an interval of at most an hour is evaluated here");

    private static readonly TextParser<double> Number =
        from number in Numerics.DecimalDouble
        from after in Span.WhiteSpace.OptionalOrDefault()
        select number;

    private static readonly TextParser<DimensionFilter> Filter =
        from name in Name
        from like in Text("=~").Try().Select(static _ => true).Or(Text("=").Select(static _ => false))
        from value in Quoted
        select new DimensionFilter(name, like, value);

    private static readonly TextParser<DimensionFilter[]> Filters =
        from open in Text("{")
        from filters in Filter.AtLeastOnceDelimitedBy(Text(","))
        from close in Text("}")
        select filters;

    private static readonly TextParser<string[]?> Grouping = (
        from dot in Text(".groupBy(")
        from names in Name.AtLeastOnceDelimitedBy(Text(","))
        from close in Text(")")
        select names).Try().Or(Text(".grouping()").Select(static _ => Array.Empty<string>())).Try().Select(static names => (string[]?)names);

    private static readonly TextParser<Statistic> OfDatapoints =
        Parse.OneOf([.. Statistic.All.Select(static statistic => Text(statistic.Name + "()").Try().Select(_ => statistic))])
            .Or(from open in Text("percentile(")
                from share in Number.Where(static share => share is > 0 and < 1, "a percentile is above 0 and below 1")
                from close in Text(")")
                select Statistic.Percentile(share))
            .Named($"a statistic that is evaluated here ({string.Join(", ", Statistic.All.Select(static s => s.Name))}, percentile, absent)");

    private static readonly TextParser<Comparison> Compared = Parse.OneOf(
        Text(">=").Try().Select(static _ => Comparison.AtLeast),
        Text("<=").Try().Select(static _ => Comparison.AtMost),
        Text("==").Try().Select(static _ => Comparison.Equal),
        Text("!=").Try().Select(static _ => Comparison.NotEqual),
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

    private static readonly TextParser<AlarmQuery> All = Parse.Chain(Text("&&"), Condition, static (_, left, right) => new AlarmQuery.Joined(left, IsAnd: true, right));

    /// <summary>Reads a whole query.</summary>
    internal static TextParser<AlarmQuery> Query { get; } =
        (from before in Span.WhiteSpace.OptionalOrDefault()
         from query in Parse.Chain(Text("||"), All, static (_, left, right) => new AlarmQuery.Joined(left, IsAnd: false, right))
         select query).AtEnd();

    private static TextParser<AlarmQuery> Absence((string Metric, TimeSpan Interval, DimensionFilter[] Filters, string[]? GroupBy) selector) =>
        from open in Text("absent(")
        from within in Duration.OptionalOrDefault(AbsentWithin)
        from close in Text(")")
        select (AlarmQuery)new AlarmQuery.Absence(Expression(selector, Nothing, "absent()"), within);

    private static TextParser<AlarmQuery> Threshold((string Metric, TimeSpan Interval, DimensionFilter[] Filters, string[]? GroupBy) selector) =>
        from statistic in OfDatapoints
        from comparison in Compared
        from value in Number
        select (AlarmQuery)new AlarmQuery.Threshold(Expression(selector, statistic, statistic.Name + "()"), comparison, value);

    private static MetricExpression Expression((string Metric, TimeSpan Interval, DimensionFilter[] Filters, string[]? GroupBy) of, Statistic statistic, string text)
    {
        var filters = of.Filters.Length == 0 ? "" : $"{{{string.Join(", ", of.Filters.Select(static filter => $"{filter.Name} {(filter.IsLike ? "=~" : "=")} \"{filter.Value}\""))}}}";
        var grouping = of.GroupBy switch { null => "", [] => ".grouping()", var names => $".groupBy({string.Join(',', names)})" };
        return new MetricExpression(of.Metric, of.Interval, of.Filters, of.GroupBy, statistic, string.Create(CultureInfo.InvariantCulture, $"{of.Metric}[{of.Interval.TotalMinutes}m]{filters}{grouping}.{text}"));
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
