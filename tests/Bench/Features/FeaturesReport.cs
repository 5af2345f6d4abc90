namespace ModelServing.Bench.Features;

/// <summary>The figures of the feature store.</summary>
/// <param name="Store">Reads of the online store.</param>
/// <param name="Ingest">What the feature server takes.</param>
/// <param name="Engine">The engine alone.</param>
/// <param name="Exports">The export of tables of different sizes.</param>
internal sealed record FeaturesReport(
    StoreReport Store, IReadOnlyList<IngestFigures> Ingest, IReadOnlyList<EngineReport> Engine, IReadOnlyList<ExportFigures> Exports)
{
    internal void Print(TextWriter output)
    {
        Store.Print(output);
        output.WriteLine();
        IngestBench.Print(Ingest, output);
        foreach (var report in Engine)
        {
            output.WriteLine();
            report.Print(output);
        }

        if (Exports.Count == 0)
            return;
        output.WriteLine();
        ExportBench.Print(Exports, output);
    }
}
