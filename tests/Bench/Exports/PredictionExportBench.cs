using System.Diagnostics;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Bench.Exports;

/// <summary>Measures the export of predictions: <c>export</c> of services/Jobs, as a process.</summary>
internal static class PredictionExportBench
{
    internal static async Task<ExportedRows> RunAsync(int rows, int floats, int megabytes, CancellationToken cancellation)
    {
        var program = Repository.Combine("artifacts", "bin", "Jobs", "release", "ModelServing.Jobs.dll");
        if (!File.Exists(program))
            throw new BenchException($"{program} does not exist; './dev bench export' builds it");
        using var folder = new TemporaryFolder();
        var (log, exports) = (folder.Combine("predictions.db"), folder.Combine("exports"));
        var recordBytes = await PredictionLogFile.WriteAsync(log, rows, floats, cancellation);
        Directory.CreateDirectory(exports);
        var file = Path.Combine(exports, "predictions.parquet");
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("dotnet",
        [
            program, "export", "--store", HostSources.Sqlite(log), "--model", PredictionLogFile.Model.Text,
            "--since", IsoTime.Write(PredictionLogFile.Began), "--until", IsoTime.Write(PredictionLogFile.EndOf(rows)),
            "--out", file, "--memory-mb", $"{megabytes}",
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = Task.WhenAll(
            process.StandardError.ReadToEndAsync(CancellationToken.None), process.StandardOutput.ReadToEndAsync(CancellationToken.None));
        await using var killing = cancellation.Register(process.Kill);
        var (peak, disk) = (0L, 0L);
        while (!process.WaitForExit(50))
        {
            peak = Math.Max(peak, PeakMemory.BytesOf(process));
            disk = Math.Max(disk, BytesIn(exports));
        }

        cancellation.ThrowIfCancellationRequested();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (process.ExitCode != 0)
            throw new BenchException($"the export failed: {string.Concat(await output)}");
        return new ExportedRows(
            rows, recordBytes, megabytes, rows / seconds, peak / 1e6, disk / 1e6, new FileInfo(file).Length / 1e6);
    }

    private static long BytesIn(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // One of them was just deleted.
            return 0;
        }
    }
}
