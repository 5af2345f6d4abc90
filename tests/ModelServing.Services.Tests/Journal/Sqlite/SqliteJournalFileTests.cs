using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Journal.Sqlite;

/// <summary>The properties of the SQLite store: its file, and the processes that share it.</summary>
public sealed class SqliteJournalFileTests : IDisposable
{
    private const string PathVariable = "MODELSERVING_TEST_JOURNAL";
    private const string FirstVariable = "MODELSERVING_TEST_FIRST";

    private readonly TemporaryFolder folder = new();

    private string Path => folder.Combine("journal.db");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Two_processes_that_append_at_once_leave_no_gap_and_write_nothing_twice()
    {
        using var one = Appender(1, 40);
        using var other = Appender(1001, 40);
        await Task.WhenAll(one.RunAsync(), other.RunAsync());

        using var store = new SqliteJournalStore(Path);
        var read = await new RolloutJournal(store).ReadAsync(SomeEvents.Fraud, 0, default);
        Assert.Equal(80, read.Count);
        Assert.Equal(
            Enumerable.Range(1, 40).Concat(Enumerable.Range(1001, 40)),
            read.Cast<ModelServing.Contracts.Journal.RolledBackEvent>().Select(static e => e.Version.Number).Order());
    }

    [Fact]
    public async Task A_killed_process_loses_no_event_whose_append_was_answered()
    {
        using var killed = Appender(1, 100_000);
        using var other = Appender(500_001, 60);
        var acknowledged = killed.ReadUntilAsync(30);
        var finishing = other.RunAsync();
        await acknowledged;
        killed.Kill();
        await finishing;

        using var store = new SqliteJournalStore(Path, TimeSpan.FromSeconds(60));
        var journal = new RolloutJournal(store);
        var read = (await journal.ReadAsync(SomeEvents.Fraud, 0, default))
            .Cast<ModelServing.Contracts.Journal.RolledBackEvent>()
            .Select(static e => e.Version.Number)
            .ToList();
        Assert.Empty(killed.Acknowledged.Except(read));
        Assert.Empty(other.Acknowledged.Except(read));
        Assert.Equal(60, other.Acknowledged.Count);
        Assert.Equal(read.Count, read.Distinct().Count());
        Assert.True((await journal.AppendAsync(SomeEvents.Reset(2), default)).IsOurs);
    }

    /// <summary>The code of the processes that the tests above start.</summary>
    [Fact(Explicit = true)]
    public async Task Another_process_appends()
    {
        var path = Environment.GetEnvironmentVariable(PathVariable);
        Assert.SkipUnless(path is not null, $"{PathVariable} is not set");
        var numbers = Environment.GetEnvironmentVariable(FirstVariable)!.Split('+')
            .Select(static text => int.Parse(text, CultureInfo.InvariantCulture))
            .ToArray();
        using var store = new SqliteJournalStore(path, TimeSpan.FromSeconds(60));
        var journal = new RolloutJournal(
            new ContendedStore(store, new Meeting(1)),
            new JournalLimits { Tries = 1000, LongestDelay = TimeSpan.FromMilliseconds(20) });
        // The test runner uses standard output itself.
        using var output = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
        foreach (var version in Enumerable.Range(numbers[0], numbers[1]))
        {
            Assert.True((await journal.AppendAsync(SomeEvents.RolledBack(version), TestContext.Current.CancellationToken)).IsOurs);
            await output.WriteLineAsync($"wrote {version}");
        }
    }

    [Fact]
    public async Task Another_programs_database_is_refused_and_left_as_it_is()
    {
        using (var other = new SqliteConnection($"Data Source={Path};Pooling=false"))
        {
            other.Open();
            using var command = other.CreateCommand();
            command.CommandText = "CREATE TABLE theirs (x)";
            command.ExecuteNonQuery();
        }

        var before = await File.ReadAllBytesAsync(Path);
        using (var store = new SqliteJournalStore(Path))
        {
            var e = await Assert.ThrowsAsync<JournalException>(() => store.PutIfAbsentAsync(
                SomeEvents.RolledBack(2) with { Seq = 1 },
                default));
            Assert.Equal(JournalError.Damaged, e.Error);
            Assert.Contains("is a database, but not a journal", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(Path));
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_refused()
    {
        await File.WriteAllTextAsync(Path, string.Concat(Enumerable.Repeat("this is not a database\n", 100)));
        using var store = new SqliteJournalStore(Path);
        var e = await Assert.ThrowsAsync<JournalException>(() => new RolloutJournal(store).ReadAsync(SomeEvents.Fraud, 0, default));
        Assert.Equal(JournalError.Damaged, e.Error);
        Assert.Contains($"the journal sqlite:{Path} can't be read: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_folder_is_reported()
    {
        using var store = new SqliteJournalStore(folder.Combine("none", "journal.db"));
        var e = await Assert.ThrowsAsync<JournalException>(() => new RolloutJournal(store).ReadAsync(SomeEvents.Fraud, 0, default));
        Assert.Equal(JournalError.Unavailable, e.Error);
        Assert.Contains("unable to open database file", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "event 1 of fraud in the journal ")]
    [InlineData("""{"schema":2}""", "the event has schema 2; this program reads schema 1")]
    [InlineData("OTHER", "the event names itself event 5 of fraud")]
    public async Task A_row_without_the_event_of_its_number_is_reported(string text, string message)
    {
        if (text == "OTHER")
            text = System.Text.Encoding.UTF8.GetString((SomeEvents.RolledBack(2) with { Seq = 5 }).ToUtf8());
        using var store = new SqliteJournalStore(Path);
        var journal = new RolloutJournal(store);
        Assert.Empty(await journal.ReadAsync(SomeEvents.Fraud, 0, default));
        await WriteRowAsync(1, text);
        var e = await Assert.ThrowsAsync<JournalException>(() => journal.ReadAsync(SomeEvents.Fraud, 0, default));
        Assert.Equal(JournalError.Damaged, e.Error);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private async Task WriteRowAsync(long seq, string text)
    {
        await using var other = new SqliteConnection($"Data Source={Path};Pooling=false");
        await other.OpenAsync();
        await using var command = other.CreateCommand();
        command.CommandText = "INSERT INTO journal VALUES ('fraud', $seq, $text)";
        command.Parameters.AddWithValue("$seq", seq);
        command.Parameters.AddWithValue("$text", text);
        await command.ExecuteNonQueryAsync();
    }

    private AppenderProcess Appender(int first, int count) => new(Path, $"{first}+{count}");

    /// <summary>A second process of this test program that runs <see cref="Another_process_appends"/> alone.</summary>
    private sealed class AppenderProcess : IDisposable
    {
        private readonly Process process;
        private readonly Task<string> output;
        private readonly List<string> lines = [];

        internal AppenderProcess(string path, string first)
        {
            var start = new ProcessStartInfo(System.IO.Path.Combine(AppContext.BaseDirectory, "ModelServing.Services.Tests"))
            {
                ArgumentList = { "-explicit", "only", "-method", $"*.{nameof(SqliteJournalFileTests)}.{nameof(Another_process_appends)}" },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { [PathVariable] = path, [FirstVariable] = first },
            };
            process = Process.Start(start)!;
            output = process.StandardOutput.ReadToEndAsync();
        }

        internal IReadOnlyList<int> Acknowledged =>
            [.. lines.Where(static line => line.StartsWith("wrote ", StringComparison.Ordinal))
                .Select(static line => int.Parse(line.AsSpan(6), CultureInfo.InvariantCulture))];

        internal async Task RunAsync()
        {
            await ReadUntilAsync(int.MaxValue);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, await output);
        }

        internal async Task ReadUntilAsync(int acknowledged)
        {
            while (Acknowledged.Count < acknowledged
                && await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
                lines.Add(line);
        }

        internal void Kill()
        {
            process.Kill();
            process.WaitForExit();
            while (process.StandardError.ReadLine() is { } line)
                lines.Add(line);
        }

        public void Dispose()
        {
            if (!process.HasExited)
                process.Kill();
            process.Dispose();
        }
    }
}
