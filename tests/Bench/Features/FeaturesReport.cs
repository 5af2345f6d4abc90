namespace ModelServing.Bench.Features;

/// <summary>The figures of the feature store.</summary>
/// <param name="Store">Reads of the online store; null if only the export is measured.</param>
/// <param name="Ingest">What the feature server takes.</param>
/// <param name="Engine">The engine alone.</param>
/// <param name="Exports">The export of tables of different sizes.</param>
internal sealed record FeaturesReport(
    StoreReport? Store, IReadOnlyList<IngestFigures> Ingest, IReadOnlyList<EngineReport> Engine, IReadOnlyList<ExportFigures> Exports)
{
    internal void Print(TextWriter output)
    {
        if (Store is not null)
        {
            Store.Print(output);
            output.WriteLine();
            IngestBench.Print(Ingest, output);
            foreach (var report in Engine)
            {
                output.WriteLine();
                report.Print(output);
            }

            output.WriteLine();
        }

        if (Exports.Count > 0)
            ExportBench.Print(Exports, output);
    }
}
