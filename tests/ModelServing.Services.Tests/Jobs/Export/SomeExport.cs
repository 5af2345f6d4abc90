using ModelServing.Contracts;
using ModelServing.Jobs.Export;
using ModelServing.Services.Tests.Predictions;

namespace ModelServing.Services.Tests.Jobs.Export;

/// <summary>Exports of a store in memory.</summary>
internal static class SomeExport
{
    internal static ExportRequest Request(params string[] models) => new(
        [.. (models.Length == 0 ? ["fraud"] : models).Select(static name => ModelName.Parse(name))],
        SomeRecord.Start,
        SomeRecord.Start.AddHours(1),
        256);

    internal static Task<string> ToFileAsync(
        MemoryPredictionStore store, string path, ExportRequest? request = null, CancellationToken cancellation = default) =>
        ExportDestination.ToFileAsync(
            path,
            folder => new PredictionExport(store, new LineProgress(TextWriter.Null))
                .WriteAsync(request ?? Request(), folder.FullPath, folder.File, cancellation));
}
