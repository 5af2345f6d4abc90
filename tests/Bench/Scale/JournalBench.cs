using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.Rollout.Journal;
using ModelServing.TestKit;

namespace ModelServing.Bench.Scale;

/// <summary>Reads journals of one model with more and more events, in this process.</summary>
internal static class JournalBench
{
    private const int Pages = 21;

    private static readonly ModelName Model = ModelName.Parse("fraud");

    internal static async Task<IReadOnlyList<JournalRow>> RunAsync(IEnumerable<int> events, CancellationToken cancellation)
    {
        var rows = new List<JournalRow>();
        foreach (var count in events)
            rows.Add(await MeasureAsync(count, cancellation));
        return rows;
    }

    private static async Task<JournalRow> MeasureAsync(int events, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Combine("journal.db");
        using var store = new SqliteJournalStore(path);
        var journal = new RolloutJournal(store);
        // Creates the table.
        _ = await journal.ReadAsync(Model, 0, cancellation);
        Fill(path, events);
        var pages = new List<double>();
        for (var i = 0; i < Pages; i++)
        {
            var read = await ProcessorTimeAsync(() => journal.ReadPageAsync(Model, 0, RolloutHistory.MaxEvents, cancellation));
            pages.Add(read.TotalMilliseconds);
        }

        var start = await ProcessorTimeAsync(async () =>
        {
            var state = JournalState.Empty(Model).Apply(await journal.ReadAsync(Model, 0, cancellation));
            if (state.LastSeq != events)
                throw new BenchException($"{state.LastSeq} of {events} events were read");
        });
        return new JournalRow(events, new FileInfo(path).Length, start.TotalSeconds, pages.Order().ElementAt(Pages / 2));
    }

    // In one transaction: the journal itself flushes each event to the disk.
    private static void Fill(string path, int events)
    {
        using var open = new SqliteConnection($"Data Source={path}");
        open.Open();
        using var transaction = open.BeginTransaction();
        using var command = open.CreateCommand();
        command.CommandText = "INSERT INTO journal (model, seq, event) VALUES ($model, $seq, $event)";
        command.Parameters.AddWithValue("$model", Model.Text);
        var seq = command.Parameters.Add("$seq", SqliteType.Integer);
        var text = command.Parameters.Add("$event", SqliteType.Text);
        for (var i = 1; i <= events; i++)
        {
            var rollout = ScaleBench.RolloutOf(500 + (i % 2));
            JournalEvent next = i == 1
                ? new StartedEvent(Model, DateTimeOffset.UnixEpoch, rollout) { Seq = i }
                : new WeightMovedEvent(Model, DateTimeOffset.UnixEpoch, rollout) { Seq = i };
            seq.Value = i;
            text.Value = Encoding.UTF8.GetString(next.ToUtf8());
            _ = command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private static async Task<TimeSpan> ProcessorTimeAsync(Func<Task> act)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        await act();
        process.Refresh();
        return process.TotalProcessorTime - before;
    }
}
