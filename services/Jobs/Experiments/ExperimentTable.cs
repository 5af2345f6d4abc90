using System.Globalization;
using ModelServing.Contracts.Predictions;
using ModelServing.Jobs.Skew;
using ModelServing.Rollout.Experiments;
using Spectre.Console;

namespace ModelServing.Jobs.Experiments;

/// <summary>The report for people.</summary>
internal static class ExperimentTable
{
    private const int Width = 80;
    private const int NameWidth = 24;
    private const int ArmWidth = 18;

    /// <summary>The lines of the report, in markup, each within 80 columns.</summary>
    internal static IEnumerable<string> Lines(ExperimentReport report)
    {
        foreach (var line in HeadOf(report))
            yield return Markup.Escape(line);
        foreach (var arm in report.Comparisons.GroupBy(static comparison => comparison.Arm))
        {
            yield return "";
            foreach (var line in Row(arm.Key, "stable", "arm", "difference", "interval"))
                yield return Markup.Escape(line);
            foreach (var comparison in arm)
            {
                var result = comparison.Result;
                foreach (var line in Row(
                    comparison.Metric,
                    Number(result.Stable?.Value),
                    Number(result.Arm?.Value),
                    Number(result.Difference?.Value),
                    Interval(result.Difference)))
                    yield return Colored(Markup.Escape(line), result.Conclusion);
                foreach (var line in Wrap(result.Reason, "  "))
                    yield return Markup.Escape(line);
            }
        }
    }

    internal static string Number(double? number) => number?.ToString("G4", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>An interval in words.</summary>
    internal static string Interval(Difference? difference) =>
        difference is { } seen ? $"{Number(seen.Lower)} to {Number(seen.Upper)}" : "-";

    /// <summary>A conclusion in words.</summary>
    internal static string NameOf(Conclusion conclusion) =>
        conclusion == Conclusion.NotYet ? "not yet" : conclusion.ToString().ToLowerInvariant();

    /// <summary>What the check of the shares says.</summary>
    internal static string SharesOf(ExperimentReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"Shares: {(report.Shares.IsAsPlanned ? "as planned" : "not as planned")} (p = {report.Shares.PValue:0.####}).");

    /// <summary>The time and the errors of the report.</summary>
    internal static string ScopeOf(ExperimentReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"Predictions from {IsoTime.Write(report.Since)} to {IsoTime.Write(report.Until)}. The window of a unit is {WindowOf(report)}. "
            + $"Alpha is {report.Alpha:0.######}, {report.AlphaOfEach:0.######} for each comparison.");

    private static string WindowOf(ExperimentReport report) => TimeSpan.FromSeconds(report.WindowSeconds) switch
    {
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{report.WindowSeconds:0.###} seconds"),
        { TotalHours: < 2 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.##} minutes"),
        { TotalDays: < 2 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.##} hours"),
        var time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.##} days"),
    };

    private static IEnumerable<string> HeadOf(ExperimentReport report)
    {
        yield return $"Experiment {report.Experiment} of {report.Model}";
        foreach (var line in Wrap(ScopeOf(report), ""))
            yield return line;
        yield return "";
        foreach (var line in ArmRow("arm", "planned", "units", "closed", "requests", "no outcome", "late")
            .Concat(report.Arms.SelectMany(static arm => ArmRow(
                arm.Name,
                SkewTable.Share(arm.PlannedShare),
                SkewTable.Count(arm.Units),
                SkewTable.Count(arm.ClosedUnits),
                SkewTable.Count(arm.Requests),
                SkewTable.Count(arm.WithoutOutcome),
                SkewTable.Count(arm.LateOutcomes)))))
            yield return line;

        foreach (var line in Wrap(SharesOf(report), "").Concat(report.Notes.SelectMany(static note => Wrap(note, ""))))
            yield return line;
    }

    private static IEnumerable<string> ArmRow(
        string name, string planned, string units, string closed, string requests, string unknown, string late) =>
        Named(name, ArmWidth, $" {planned,7} {units,11} {closed,11} {requests,11} {unknown,10} {late,6}");

    private static IEnumerable<string> Row(string name, string stable, string arm, string difference, string interval) =>
        Named(name, NameWidth, $" {stable,9} {arm,9} {difference,10} {interval,23}");

    // A name has at most 40 characters, so a long one has a line of its own.
    private static IEnumerable<string> Named(string name, int width, string figures) =>
        name.Length > width ? [name, new string(' ', width) + figures] : [name.PadRight(width) + figures];

    /// <summary>A text in lines of 80 columns.</summary>
    internal static IEnumerable<string> Wrap(string text, string indent)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && indent.Length + line.Length + 1 + word.Length > Width)
            {
                yield return indent + line;
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }

        yield return indent + line;
    }

    private static string Colored(string row, Conclusion conclusion) => conclusion switch
    {
        Conclusion.Better => $"[green]{row}[/]",
        Conclusion.Worse => $"[red]{row}[/]",
        Conclusion.Invalid => $"[yellow]{row}[/]",
        _ => row,
    };
}
