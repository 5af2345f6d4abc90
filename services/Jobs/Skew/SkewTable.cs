using System.Globalization;
using ModelServing.Registry.Profiles;
using Spectre.Console;

namespace ModelServing.Jobs.Skew;

/// <summary>The report for people.</summary>
internal static class SkewTable
{
    // Six columns in 80, which is the width of a terminal by default.
    private const int NameWidth = 33;

    /// <summary>The lines of the report, in markup. None but a sentence is longer than 80 characters.</summary>
    internal static IEnumerable<string> Lines(SkewReport report)
    {
        foreach (var version in report.Versions)
        {
            yield return Markup.Escape(Row("input", "verdict", "PSI", "diff", "missing", "defaults"));
            foreach (var column in version.Columns)
            {
                var row = Row(
                    column.Name.Length > NameWidth ? "" : column.Name,
                    ShortNameOf(column.Verdict),
                    Figure(column.Psi),
                    Figure(column.LargestDifference),
                    $"{Share(column.TrainingMissing)}/{Share(column.ServedMissing)}",
                    $"{Share(column.TrainingDefaults)}/{Share(column.ServedDefaults)}");
                if (column.Name.Length > NameWidth)
                    yield return Markup.Escape(column.Name);
                yield return Colored(Markup.Escape(row), column.Verdict);
            }

            foreach (var line in LinesOf(report, version))
                yield return Markup.Escape(line);
        }
    }

    private static IEnumerable<string> LinesOf(SkewReport report, VersionSkew version)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Model} version {version.Version}: {version.Predictions:N0} predictions, {version.Shifted} of " +
                $"{version.Columns.Count} inputs shifted");
        if (version.WithoutData > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"  {version.WithoutData:N0} of them lack inputs in the log: dropped or hashed by the stack file, or too large");
        }

        if (version.Columns.Count > 0)
            yield return $"  rows: {Rows(version, static column => column.TrainingRows)} in training, " +
                $"{Rows(version, static column => column.ServedRows)} in serving";
        if (version.NotCompared.Count > 0)
            yield return $"  not compared, because training does not have them: {string.Join(", ", version.NotCompared)}";
    }

    private static string Rows(VersionSkew version, Func<ColumnSkew, long> count)
    {
        var (fewest, most) = (version.Columns.Min(count), version.Columns.Max(count));
        return fewest == most ? Count(most) : $"{Count(fewest)} to {Count(most)}";
    }

    private static string Row(string name, string verdict, string psi, string difference, string missing, string defaults) =>
        $"{name,-NameWidth} {verdict,-8} {psi,6} {difference,6} {missing,11} {defaults,11}";

    /// <summary>A verdict in words.</summary>
    internal static string NameOf(SkewVerdict verdict) => verdict switch
    {
        SkewVerdict.Shifted => "shifted",
        SkewVerdict.Moderate => "moderate",
        SkewVerdict.Same => "same",
        _ => "too few rows",
    };

    internal static string Figure(double? number) => number?.ToString("0.000", CultureInfo.InvariantCulture) ?? "";

    internal static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Share(double share) => $"{(share * 100).ToString("0.#", CultureInfo.InvariantCulture)}%";

    private static string ShortNameOf(SkewVerdict verdict) => verdict == SkewVerdict.TooFew ? "few rows" : NameOf(verdict);

    private static string Colored(string row, SkewVerdict verdict) => verdict switch
    {
        SkewVerdict.Shifted => $"[red]{row}[/]",
        SkewVerdict.Moderate => $"[yellow]{row}[/]",
        _ => row,
    };
}
