using System.Globalization;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>What the log says about a variant's predictions, and about how right they were.</summary>
/// <param name="Predictions">The predictions in the log.</param>
/// <param name="Outcomes">How many of them have an outcome.</param>
/// <param name="Frauds">How many of those turned out to be a fraud.</param>
/// <param name="Flagged">How many of those with an outcome the version called a fraud.</param>
/// <param name="Caught">How many of those were one.</param>
internal sealed record OutcomeFigures(
    string Variant, int Version, int Predictions = 0, int Outcomes = 0, int Frauds = 0, int Flagged = 0, int Caught = 0)
{
    /// <summary>The share of the flagged payments that were frauds; null if none was flagged.</summary>
    public double? Precision => Flagged == 0 ? null : (double)Caught / Flagged;

    /// <summary>The share of the frauds that were flagged; null if there was none.</summary>
    public double? Recall => Frauds == 0 ? null : (double)Caught / Frauds;

    /// <summary>Counts one more prediction.</summary>
    /// <param name="isFlagged">Whether the version called it a fraud.</param>
    /// <param name="isFraud">Whether it was one; null if its outcome is unknown.</param>
    internal OutcomeFigures With(bool isFlagged, bool? isFraud) => isFraud is not { } fraud
        ? this with { Predictions = Predictions + 1 }
        : this with
        {
            Predictions = Predictions + 1,
            Outcomes = Outcomes + 1,
            Frauds = Frauds + (fraud ? 1 : 0),
            Flagged = Flagged + (isFlagged ? 1 : 0),
            Caught = Caught + (fraud && isFlagged ? 1 : 0),
        };

    // Within 80 columns.
    internal static Table Table(IReadOnlyList<OutcomeFigures> variants)
    {
        var table = new Table().AddColumns("variant", "version", "logged", "frauds", "flagged", "caught", "precision", "recall");
        foreach (var column in table.Columns.Skip(2))
            column.RightAligned();
        foreach (var row in variants)
        {
            table.AddRow(
                Markup.Escape(row.Variant),
                Number(row.Version),
                Number(row.Predictions),
                Number(row.Frauds),
                Number(row.Flagged),
                Number(row.Caught),
                Percent(row.Precision),
                Percent(row.Recall));
        }

        return table;
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double? share) =>
        share is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number * 100:0.0}%") : "-";
}
