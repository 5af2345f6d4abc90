using DuckDB.NET.Data;
using ModelServing.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;

namespace ModelServing.Jobs.Export;

/// <summary>Exports predictions with their outcomes into a Parquet file, one row for each attempt.</summary>
/// <remarks>
/// <code>
/// 1 read     each model, minute by minute, as the store returns them
/// 2 join     the outcomes of a batch, which is bounded in count and bytes
/// 3 stage    the batch in a DuckDB file, because later records may add columns
/// 4 write    all rows into the Parquet file
/// </code>
/// </remarks>
internal sealed class PredictionExport(IPredictionStore store, IExportProgress progress)
{
    private const long BatchBytes = 8 * 1024 * 1024;

    private readonly List<PredictionRecord> batch = [];
    private long batchBytes;

    /// <summary>Writes the file.</summary>
    /// <param name="request">What to export.</param>
    /// <param name="folder">A folder for temporary files, which the caller removes.</param>
    /// <param name="path">The Parquet file.</param>
    /// <param name="cancellation">Stops the export.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="PredictionStoreException">The store can't be read.</exception>
    /// <exception cref="JobException">The rows can't be written.</exception>
    internal async Task<long> WriteAsync(ExportRequest request, string folder, string path, CancellationToken cancellation)
    {
        try
        {
            using var rows = StagedRows.Create(folder, request.MemoryMegabytes);
            progress.Begin(request.Minutes);
            if (request.Minutes > 0)
            {
                foreach (var model in request.Models)
                {
                    for (var minute = request.FirstMinute; minute <= request.LastMinute; minute++)
                    {
                        // 1
                        await foreach (var record in store.ReadAsync(model, minute, cancellation))
                        {
                            if (PredictionDocuments.TimeOf(record) is var time && time >= request.Since && time < request.Until)
                                await AddAsync(rows, record, cancellation);
                        }

                        cancellation.ThrowIfCancellationRequested();
                        progress.Read(minutes: 1, rows.Count + batch.Count);
                    }
                }
            }

            await FlushAsync(rows, cancellation);
            // 4
            progress.Write();
            await rows.WriteAsync(path, cancellation);
            return rows.Count;
        }
        catch (DuckDBException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw StagedRows.Explain(e);
        }
    }

    private async Task AddAsync(StagedRows rows, PredictionRecord record, CancellationToken cancellation)
    {
        batch.Add(record);
        batchBytes += record.CalculateSize();
        if (batch.Count == IPredictionStore.MostOutcomes || batchBytes >= BatchBytes)
            await FlushAsync(rows, cancellation);
    }

    private async Task FlushAsync(StagedRows rows, CancellationToken cancellation)
    {
        if (batch.Count == 0)
            return;
        // 2
        var ids = batch.Select(static record => record.RequestId).ToHashSet(StringComparer.Ordinal);
        var outcomes = await store.FindOutcomesAsync(ids, cancellation);
        // 3
        rows.Add(batch, outcomes);
        batch.Clear();
        batchBytes = 0;
    }
}
