using System.Globalization;
using ModelServing.Rollout.Experiments;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>The figures of the demo's experiment: version 2 in the arm, version 1 as stable.</summary>
internal sealed record ExperimentFigures
{
    private const int Width = 80;

    /// <summary>The payments that were compared.</summary>
    public required int Units { get; init; }

    /// <summary>From which payment on the average precision was certain; null if it is not.</summary>
    public required int? CertainFrom { get; init; }

    /// <summary>The area under the curve.</summary>
    public required ArmComparison Area { get; init; }

    /// <summary>The average precision.</summary>
    public required ArmComparison Precision { get; init; }

    /// <summary>Whether the simple model, which is stable, ranks better or may still do so.</summary>
    public bool AsExpected => CertainFrom is null || Precision.Arm?.Value < Precision.Stable?.Value;

    // Within 80 columns.
    internal void Print(Terminal terminal)
    {
        terminal.Show(this, static figures => figures.Table());
        foreach (var line in Lines)
            terminal.Say(Markup.Escape(line));
    }

    internal IEnumerable<string> Lines => (CertainFrom is { } units
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{(AsExpected ? "The simple model, version 1," : "Version 2")} ranks better: that was certain from payment {units:N0} on, "
                + $"by average precision, with an error of at most {RankingComparison.Alpha / 2:0.0%} however often one looks.")
        : string.Create(CultureInfo.InvariantCulture, $"After {Units:N0} payments it is not certain which version ranks better."))
        .Split(' ').Aggregate(new List<string> { "" }, static (lines, word) =>
        {
            if (lines[^1].Length + 1 + word.Length > Width)
                lines.Add(word);
            else
                lines[^1] = lines[^1].Length == 0 ? word : $"{lines[^1]} {word}";
            return lines;
        });

    internal Table Table()
    {
        var table = new Table().AddColumns("ranking by", "v1", "v2", "difference", "always-valid interval");
        foreach (var column in table.Columns.Skip(1))
            column.RightAligned();
        foreach (var (name, one) in new[] { ("average precision", Precision), ("AUC", Area) })
        {
            table.AddRow(
                name,
                Number(one.Stable?.Value),
                Number(one.Arm?.Value),
                Number(one.Difference?.Value),
                one.Difference is { } seen ? $"{Number(seen.Lower)} to {Number(seen.Upper)}" : "-");
        }

        return table;
    }

    private static string Number(double? number) => number?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "-";
}
