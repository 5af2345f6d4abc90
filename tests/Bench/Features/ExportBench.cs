using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;
using ModelServing.Registry;
using ModelServing.Spool;
using ModelServing.TestKit;
using EventLog = ModelServing.Features.Events.Log.EventLog;

namespace ModelServing.Bench.Features;

/// <summary>Measures the export of a training table: <c>features export</c> of services/Jobs, as a process. There are as many events as
/// rows, and a hundred of each for a card.</summary>
internal static class ExportBench
{
    private const int OfCard = 100;
    private const int EventsOfRound = 10_000;

    // So little that even small tables need the disk.
    private const int Megabytes = 128;

    private static readonly DateTimeOffset Began = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal static async Task<ExportFigures> RunAsync(int rows, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var store = RegistryLocation.Open("file:" + folder.Combine("registry"));
        var view = BenchView.Create();
        await new PublishedViews(store).PublishAsync(view, cancellation);
        var cards = Math.Max(1, rows / OfCard);
        await WriteEventsAsync(folder.Combine("events"), store, cards, cancellation);
        WriteRows(folder.Combine("rows.csv"), cards);
        var (seconds, peak) = await ExportAsync(folder, view, cancellation);
        var table = new FileInfo(folder.Combine("table.parquet")).Length;
        return new ExportFigures(cards * OfCard, view.Features.Count, cards * OfCard / seconds, peak / 1e6, table / 1e6);
    }

    internal static void Print(IReadOnlyList<ExportFigures> exports, TextWriter output)
    {
        output.WriteLine(
            $"export of a training table with {exports[0].Features} features, as many events as rows, and --memory-mb {Megabytes}:");
        output.WriteLine("| rows | rows/s | peak memory, MB | table, MB |");
        output.WriteLine("| ---: | ---: | ---: | ---: |");
        foreach (var (rows, _, speed, peak, table) in exports)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {rows:N0} | {speed:N0} | {peak:N0} | {table:N1} |"));
    }

    private static async Task WriteEventsAsync(string volume, IObjectStore store, int cards, CancellationToken cancellation)
    {
        var options = new EventLogOptions(volume, SpoolMode.Process, 64L << 30);
        using var log = await EventLog.OpenAsync(options, store, TimeProvider.System, NullLogger.Instance, cancellation);
        var buffer = new byte[EventFormat.MostBytes];
        var written = 0;
        for (var card = 0; card < cards; card++)
        {
            foreach (var one in BenchView.Events(card, OfCard))
            {
                if (log.Append(buffer.AsSpan(0, EventFormat.Write(one, buffer)), out _) is var appended and not Appended.Kept)
                    throw new BenchException($"an event can't be appended: {appended}");
                if (++written % EventsOfRound == 0)
                    await log.PrepareAsync(cancellation);
            }
        }

        log.Close();
    }

    private static void WriteRows(string path, int cards)
    {
        var random = new Random(1);
        using var file = new StreamWriter(path);
        file.WriteLine("card_id,time,label");
        // The cards come in turn, as in a file that is sorted by time.
        for (var i = 0; i < OfCard; i++)
        {
            for (var card = 0; card < cards; card++)
            {
                var time = Began.AddHours(i * 6).AddSeconds(random.Next(6 * 3600)).ToUnixTimeMilliseconds() * 1000;
                file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{card},{time},{random.Next(2)}"));
            }
        }
    }

    private static async Task<(double Seconds, long PeakBytes)> ExportAsync(
        TemporaryFolder folder, ViewDefinition view, CancellationToken cancellation)
    {
        var program = Repository.Combine("artifacts", "bin", "Jobs", "release", "ModelServing.Jobs.dll");
        if (!File.Exists(program))
            throw new BenchException($"{program} does not exist; './dev bench features' builds it");
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("dotnet",
        [
            program, "features", "export", "--registry", "file:" + folder.Combine("registry"), "--events", folder.Combine("events"),
            "--rows", folder.Combine("rows.csv"), "--view", $"{view.View}:{view.Version}", "--out", folder.Combine("table.parquet"),
            "--memory-mb", $"{Megabytes}",
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = Task.WhenAll(
            process.StandardError.ReadToEndAsync(CancellationToken.None), process.StandardOutput.ReadToEndAsync(CancellationToken.None));
        await using var killing = cancellation.Register(process.Kill);
        var peak = 0L;
        while (!process.WaitForExit(50))
            peak = Math.Max(peak, PeakMemory.BytesOf(process));

        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? (Stopwatch.GetElapsedTime(started).TotalSeconds, peak)
            : throw new BenchException($"the export failed: {string.Concat(await output)}");
    }
}
