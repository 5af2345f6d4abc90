using System.Globalization;
using System.Text;
using ModelServing.Jobs.Skew;
using ModelServing.Rollout.Experiments;

namespace ModelServing.Jobs.Experiments;

/// <summary>The report as one HTML page: a plot of each interval over time, with the same numbers as a table beneath it. It has no script,
/// and needs no other file.</summary>
internal static class ExperimentPage
{
    private const string Style = """
        .band { fill: var(--serving); opacity: .25; } .value { fill: none; stroke: var(--serving); stroke-width: 2; }
        .zero { stroke: var(--faint); stroke-dasharray: 4 3; }
        .cards { grid-template-columns: repeat(auto-fill, minmax(min(30rem, 100%), 1fr)); } .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-size: 13px; margin-top: .5rem; }
        th, td { text-align: right; padding: .1rem .5rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; }
        .worse, .invalid { color: var(--shifted); font-weight: 600; } .better { color: var(--serving); font-weight: 600; }
        """;

    internal static string Write(ExperimentReport report)
    {
        var page = new StringBuilder();
        var title = SkewPage.Escape($"{report.Model}: experiment {report.Experiment}");
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title>
            <style>
            {SkewPage.Style}
            {Style}
            </style>
            </head>
            <body>
            <h1>{title}</h1>
            <p>{SkewPage.Escape(ExperimentTable.ScopeOf(report))}</p>
            <p>{SkewPage.Escape(ExperimentTable.SharesOf(report))}</p>

            """);
        foreach (var note in report.Notes)
            page.Append(CultureInfo.InvariantCulture, $"<p>{SkewPage.Escape(note)}</p>\n");
        WriteArms(page, report);
        foreach (var arm in report.Comparisons.GroupBy(static comparison => comparison.Arm))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{SkewPage.Escape(arm.Key)}</h2>\n<div class=\"cards\">\n");
            foreach (var comparison in arm)
                Write(page, comparison);
            page.Append("</div>\n");
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void WriteArms(StringBuilder page, ExperimentReport report)
    {
        page.Append("<div class=\"scroll\"><table>\n");
        Row(page, "th", "arm", "version", "planned", "units", "closed", "requests", "no outcome", "late outcomes");
        foreach (var arm in report.Arms)
        {
            Row(
                page,
                "td",
                arm.Name,
                arm.Version.ToString(CultureInfo.InvariantCulture),
                SkewTable.Share(arm.PlannedShare),
                SkewTable.Count(arm.Units),
                SkewTable.Count(arm.ClosedUnits),
                SkewTable.Count(arm.Requests),
                SkewTable.Count(arm.WithoutOutcome),
                SkewTable.Count(arm.LateOutcomes));
        }

        page.Append("</table></div>\n");
    }

    private static void Write(StringBuilder page, MetricComparison comparison)
    {
        var result = comparison.Result;
        var name = ExperimentTable.NameOf(result.Conclusion);
        page.Append(CultureInfo.InvariantCulture, $"""
            <figure>
            <figcaption><b>{SkewPage.Escape(comparison.Metric)}</b>: <span class="{name.Split(' ')[0]}">{name}</span><br>
            {SkewPage.Escape(result.Reason)}</figcaption>

            """);
        if (comparison.OverTime.Count > 0)
            page.Append(IntervalPlot.Write(comparison)).Append('\n');
        page.Append("<div class=\"scroll\"><table>\n");
        Row(page, "th", "", "units", "value");
        Row(page, "td", "stable", Count(result.Stable), ExperimentTable.Number(result.Stable?.Value));
        Row(page, "td", comparison.Arm, Count(result.Arm), ExperimentTable.Number(result.Arm?.Value));
        page.Append("</table>\n<table>\n");
        Row(page, "th", "until", "units", "difference", "lower", "upper");
        foreach (var point in comparison.OverTime)
        {
            Row(
                page,
                "td",
                IntervalPlot.TimeOf(point),
                SkewTable.Count(point.Units),
                ExperimentTable.Number(point.Value),
                ExperimentTable.Number(point.Lower),
                ExperimentTable.Number(point.Upper));
        }

        page.Append("</table></div>\n</figure>\n");
    }

    private static string Count(ArmEstimate? estimate) => SkewTable.Count(estimate?.Units ?? 0);

    private static void Row(StringBuilder page, string cell, params ReadOnlySpan<string> texts)
    {
        page.Append("<tr>");
        foreach (var text in texts)
            page.Append(CultureInfo.InvariantCulture, $"<{cell}>{SkewPage.Escape(text)}</{cell}>");
        page.Append("</tr>\n");
    }
}
