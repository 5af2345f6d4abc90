using System.Globalization;
using Spectre.Console;

namespace ModelServing.Bench.Soak;

/// <summary>The figures of a soak, each held against what is promised.</summary>
internal sealed class FigureTable
{
    internal Table Table { get; } =
        new Table { Border = TableBorder.Markdown }.AddColumns("", "p50", "p99", "highest", "at most", "");

    /// <summary>Adds a row; false if the promise is broken.</summary>
    /// <param name="name">The name of the figure.</param>
    /// <param name="figures">The figure of each run.</param>
    /// <param name="percentile">The percentile that the promise is about.</param>
    /// <param name="most">The most that is promised; null promises nothing.</param>
    internal bool Add(string name, IEnumerable<double> figures, int percentile, double? most)
    {
        var sorted = figures.Order().ToArray();
        var isKept = most is null || At(percentile) <= most;
        Table.AddRow(
            name,
            Figure(At(50)),
            Figure(At(99)),
            Figure(sorted[^1]),
            most is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{most:0} ({(percentile == 100 ? "all" : $"p{percentile}")})"),
            isKept ? "ok" : "BROKEN");
        return isKept;

        double At(int percent) => sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * percent / 100.0) - 1)];
    }

    private static string Figure(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
