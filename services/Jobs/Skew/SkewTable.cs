using System.Globalization;
using ModelServing.Registry.Profiles;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelServing.Jobs.Skew;

/// <summary>The report for people.</summary>
internal static class SkewTable
{
    internal static IRenderable Render(SkewReport report)
    {
        var table = new Table().AddColumns(
            "version", "input", "verdict", "PSI", "largest difference", "trained rows", "served rows", "missing", "defaults");
        foreach (var version in report.Versions)
        {
            foreach (var column in version.Columns)
            {
                table.AddRow(
                    version.Version.ToString(CultureInfo.InvariantCulture),
                    Markup.Escape(column.Name),
                    Colored(column.Verdict),
                    Figure(column.Psi),
                    Figure(column.LargestDifference),
                    Count(column.TrainingRows),
                    Count(column.ServedRows),
                    $"{Share(column.TrainingMissing)} / {Share(column.ServedMissing)}",
                    $"{Share(column.TrainingDefaults)} / {Share(column.ServedDefaults)}");
            }
        }

        return table;
    }

    /// <summary>The lines below the table.</summary>
    internal static IEnumerable<string> LinesOf(SkewReport report)
    {
        foreach (var version in report.Versions)
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

            if (version.NotCompared.Count > 0)
                yield return $"  not compared, because training does not have them: {string.Join(", ", version.NotCompared)}";
        }
    }

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

    private static string Colored(SkewVerdict verdict) => verdict switch
    {
        SkewVerdict.Shifted => $"[red]{NameOf(verdict)}[/]",
        SkewVerdict.Moderate => $"[yellow]{NameOf(verdict)}[/]",
        _ => NameOf(verdict),
    };
}
