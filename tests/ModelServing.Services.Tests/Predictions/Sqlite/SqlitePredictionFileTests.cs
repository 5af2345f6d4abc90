using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using ModelServing.Predictions;
using ModelServing.Predictions.Sqlite;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Predictions.Sqlite;

/// <summary>The properties of the SQLite store: its file, its errors, and the processes that share it.</summary>
public sealed class SqlitePredictionFileTests : IDisposable
{
    private const string PathVariable = "MODELSERVING_TEST_PREDICTIONS";
    private const string FirstVariable = "MODELSERVING_TEST_FIRST";

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private string Path => folder.Combine("predictions.db");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_killed_process_loses_no_record_whose_put_was_answered_while_another_writes()
    {
        using var killed = new WriterProcess(Path, "0+100000");
        using var other = new WriterProcess(Path, "500000+20");
        await killed.ReadUntilAsync(5);
        killed.Kill();
        await other.ReadUntilAsync(int.MaxValue);

        using var store = Open();
        var read = await store.ReadAsync(SomePredictions.Fraud, SomePredictions.Minute, Test)
            .Select(static record => record.RequestId)
            .ToListAsync(Test);
        Assert.Equal(20, other.Acknowledged.Count);
        Assert.Empty(
            killed.Acknowledged.Concat(other.Acknowledged).SelectMany(WriterProcess.Batch).Select(SomePredictions.Id).Except(read));
        Assert.Equal(read.Count, read.Distinct().Count());
    }

    /// <summary>The code of the processes that the test above starts.</summary>
    [Fact(Explicit = true)]
    public async Task Another_process_puts()
    {
        var path = Environment.GetEnvironmentVariable(PathVariable);
        Assert.SkipUnless(path is not null, $"{PathVariable} is not set");
        var numbers = Environment.GetEnvironmentVariable(FirstVariable)!.Split('+')
            .Select(static text => int.Parse(text, CultureInfo.InvariantCulture))
            .ToArray();
        using var store = new SqlitePredictionStore(path, 3650, TimeSpan.FromSeconds(60));
        // The test runner uses standard output itself.
        using var output = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
        foreach (var batch in Enumerable.Range(numbers[0], numbers[1]))
        {
            await store.PutAsync(WriterProcess.Batch(batch).Select(static number => SomePredictions.Record(number)), Test);
            await output.WriteLineAsync($"wrote {batch}");
        }
    }

    [Fact]
    public async Task Rows_that_are_older_than_the_retention_are_deleted_in_steps_at_most_once_an_hour()
    {
        var time = new SetTime();
        using var store = new SqlitePredictionStore(Path, 2, time: time);
        for (var day = 0; day < 3; day++)
        {
            var minute = SomePredictions.Minute + day * 24 * 60;
            time.Now = DateTimeOffset.FromUnixTimeSeconds(minute * 60);
            await store.PutAsync(
                Enumerable.Range(1, day == 0 ? 2500 : 10)
                    .Select(number => SomePredictions.Record(10_000 * day + number, minute: minute)),
                Test);
            await store.PutAsync([SomePredictions.Record(10_000 * day + 9000, model: "churn", minute: minute)], Test);
            await store.PutOutcomesAsync([SomePredictions.Outcome(10_000 * day + 1)], Test);
        }

        // The last sweep began when the rows of the first day were exactly as old as the retention. The next one needs several puts.
        Assert.Equal((2523L, 3L), (Count("predictions"), Count("outcomes")));
        time.Now += TimeSpan.FromMinutes(59);
        await store.PutAsync([SomePredictions.Record(1_000_000, minute: SomePredictions.Minute + 3000)], Test);
        Assert.Equal((2524L, 3L), (Count("predictions"), Count("outcomes")));
        time.Now += TimeSpan.FromMinutes(1);
        List<long> counts = [];
        for (var i = 0; i < 4; i++)
        {
            await store.PutAsync([SomePredictions.Record(1_000_000, minute: SomePredictions.Minute + 3000)], Test);
            counts.Add(Count("predictions"));
        }

        Assert.Equal([1525L, 525, 23, 23], counts);
        Assert.Equal(2L, Count("outcomes"));
        Assert.Empty(await store.FindAsync(SomePredictions.Id(1), Test));
        Assert.Single(await store.FindAsync(SomePredictions.Id(10_001), Test));
    }

    [Fact]
    public async Task A_file_that_another_process_keeps_locked_is_unavailable()
    {
        using var store = new SqlitePredictionStore(Path, 3650, TimeSpan.FromSeconds(1));
        await store.PutAsync([SomePredictions.Record(1)], Test);
        await using (var other = new SqliteConnection($"Data Source={Path};Pooling=false"))
        {
            await other.OpenAsync(Test);
            await using var transaction = await other.BeginTransactionAsync(Test);
            var e = await Assert.ThrowsAsync<PredictionStoreException>(() => store.PutAsync([SomePredictions.Record(2)], Test));
            Assert.Equal(PredictionStoreError.Unavailable, e.Error);
            Assert.StartsWith($"the prediction store sqlite:{Path} can't be written: ", e.Message, StringComparison.Ordinal);
            // Readers do not wait for a writer.
            Assert.Single(await store.FindAsync(SomePredictions.Id(1), Test));
        }

        await store.PutAsync([SomePredictions.Record(2)], Test);
    }

    [Fact]
    public async Task A_full_file_is_unavailable_and_takes_no_part_of_a_batch()
    {
        using var store = Open();
        await store.PutAsync([SomePredictions.Record(1)], Test);
        // The limit belongs to the connection, so it is set on the one that the pool hands out next.
        using (var pooled = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            DefaultTimeout = 5,
        }.ConnectionString))
        {
            pooled.Open();
            using var command = pooled.CreateCommand();
            command.CommandText = "PRAGMA max_page_count = 20";
            command.ExecuteNonQuery();
        }

        var e = await Assert.ThrowsAsync<PredictionStoreException>(() =>
            store.PutAsync([SomePredictions.Record(2), SomePredictions.Record(3, dataBytes: 400_000)], Test));
        Assert.Equal(PredictionStoreError.Unavailable, e.Error);
        Assert.Contains("database or disk is full", e.Message, StringComparison.Ordinal);
        Assert.Empty(await store.FindAsync(SomePredictions.Id(2), Test));
        Assert.Single(await store.FindAsync(SomePredictions.Id(1), Test));
    }

    [Fact]
    public async Task A_missing_folder_is_unavailable()
    {
        using var store = new SqlitePredictionStore(folder.Combine("none", "predictions.db"), 30);
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => store.PutAsync([SomePredictions.Record(1)], Test));
        Assert.Equal(PredictionStoreError.Unavailable, e.Error);
        Assert.Contains("unable to open database file", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_another_programs_database_nothing_is_changed_and_records_wait()
    {
        Run("CREATE TABLE theirs (x)");
        var before = await File.ReadAllBytesAsync(Path, Test);
        using (var store = Open())
        {
            var e = await Assert.ThrowsAsync<PredictionStoreException>(() => store.PutAsync([SomePredictions.Record(1)], Test));
            Assert.Equal(PredictionStoreError.Unavailable, e.Error);
            Assert.Equal($"{Path} is a database, but not a prediction store", e.Message);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(Path, Test));
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_an_error_with_its_path()
    {
        await File.WriteAllTextAsync(Path, string.Concat(Enumerable.Repeat("this is not a database\n", 100)), Test);
        using var store = Open();
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => store.FindAsync(SomePredictions.Id(1), Test));
        Assert.Equal(PredictionStoreError.Unavailable, e.Error);
        Assert.StartsWith($"the prediction store sqlite:{Path} can't be read: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x'ff'", "attempt 1 of the request ")]
    [InlineData("x''", "the record names itself attempt 0 of ''")]
    public async Task A_row_without_its_record_is_reported(string record, string message)
    {
        using var store = Open();
        Assert.Empty(await store.FindAsync(SomePredictions.Id(1), Test));
        Run($"INSERT INTO predictions VALUES ('{SomePredictions.Id(1)}', 1, 'fraud', 1, {record})");
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => store.FindAsync(SomePredictions.Id(1), Test));
        Assert.Equal(PredictionStoreError.Refused, e.Error);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<PredictionStoreException>(
            async () => await store.ReadAsync(SomePredictions.Fraud, 1, Test).ToListAsync(Test));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"id":"another","value":true}""")]
    public async Task A_row_without_its_outcome_is_reported(string outcome)
    {
        using var store = Open();
        Assert.Empty(await store.FindOutcomesAsync([SomePredictions.Id(1)], Test));
        Run($"INSERT INTO outcomes VALUES ('{SomePredictions.Id(1)}', 0, 1, '{outcome}')");
        var e = await Assert.ThrowsAsync<PredictionStoreException>(() => store.FindOutcomesAsync([SomePredictions.Id(1)], Test));
        Assert.Equal(PredictionStoreError.Refused, e.Error);
        Assert.StartsWith(
            $"the outcome of the request {SomePredictions.Id(1)} in the prediction store sqlite:{Path} can't be read: ",
            e.Message,
            StringComparison.Ordinal);
    }

    private SqlitePredictionStore Open() => new(Path, 3650);

    private void Run(string statement) => _ = Scalar(statement);

    private long Count(string table) => (long)Scalar($"SELECT count(*) FROM {table}")!;

    private object? Scalar(string statement)
    {
        using var other = new SqliteConnection($"Data Source={Path};Pooling=false");
        other.Open();
        using var command = other.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteScalar();
    }

    /// <summary>A second process of this test program that runs <see cref="Another_process_puts"/> alone.</summary>
    private sealed class WriterProcess : IDisposable
    {
        private readonly Process process;

        internal WriterProcess(string path, string first)
        {
            process = Process.Start(new ProcessStartInfo(System.IO.Path.Combine(AppContext.BaseDirectory, "ModelServing.Services.Tests"))
            {
                ArgumentList = { "-explicit", "only", "-method", $"*.{nameof(SqlitePredictionFileTests)}.{nameof(Another_process_puts)}" },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { [PathVariable] = path, [FirstVariable] = first },
            })!;
            _ = process.StandardOutput.ReadToEndAsync(Test);
        }

        internal List<int> Acknowledged { get; } = [];

        internal static IEnumerable<int> Batch(int number) => Enumerable.Range(number * 100, 100);

        internal async Task ReadUntilAsync(int acknowledged)
        {
            while (Acknowledged.Count < acknowledged && await process.StandardError.ReadLineAsync(Test) is { } line)
                Add(line);
        }

        internal void Kill()
        {
            process.Kill();
            process.WaitForExit();
            while (process.StandardError.ReadLine() is { } line)
                Add(line);
        }

        public void Dispose()
        {
            if (!process.HasExited)
                process.Kill();
            process.Dispose();
        }

        private void Add(string line)
        {
            if (line.StartsWith("wrote ", StringComparison.Ordinal))
                Acknowledged.Add(int.Parse(line.AsSpan(6), CultureInfo.InvariantCulture));
        }
    }
}
