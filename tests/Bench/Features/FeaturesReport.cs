using System.Globalization;

namespace ModelServing.Bench.Features;

/// <summary>What the bench of the feature store found.</summary>
/// <param name="Engines">The engine with few and with many entities.</param>
/// <param name="Exports">The export of tables of different sizes.</param>
internal sealed record FeaturesReport(IReadOnlyList<EngineReport> Engines, IReadOnlyList<ExportFigures> Exports)
{
    internal void Print(TextWriter output)
    {
        foreach (var engine in Engines)
            engine.Print(output);
        if (Exports.Count == 0)
            return;
        output.WriteLine($"export of a training table with {Exports[0].Features} features, and as many events as rows:");
        output.WriteLine("| rows | rows/s | peak memory, MB | table, MB |");
        output.WriteLine("| ---: | ---: | ---: | ---: |");
        foreach (var (rows, _, speed, peak, table) in Exports)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {rows:N0} | {speed:N0} | {peak:N0} | {table:N1} |"));
    }
}
