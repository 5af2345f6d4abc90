using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Sqlite;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Experiments;

/// <summary>The memory of the job does not grow with the log.</summary>
public sealed class ExperimentMemoryTests : IDisposable
{
    private const int Requests = 1_000_000;
    private const int RowMegabytes = 64;
    private const int HeapMegabytes = 100;

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_million_predictions_need_no_more_memory_than_the_limits_of_rows_and_of_objects()
    {
        await File.WriteAllBytesAsync(
            folder.Combine("q4.json"), SomeExperiment.Document(SomeExperiment.Hits, SomeExperiment.Order).ToUtf8(), Token);
        var log = folder.Combine("log.db");
        using (var store = new SqlitePredictionStore(log, PredictionLogSettings.MostRetentionDays))
        {
            foreach (var numbers in Enumerable.Range(1, Requests).Chunk(store.MostRows))
                await store.PutAsync([.. numbers.Select(Stored)], Token);
            foreach (var numbers in Enumerable.Range(1, Requests).Where(static number => number % 10 == 0).Chunk(10_000))
            {
                await store.PutOutcomesAsync(
                    [.. numbers.Select(static number => SomeExperiment.Outcome(
                        number, OutcomeValue.FromFlag(number % 3 == 0), TimeSpan.FromMinutes(1)))],
                    Token);
            }
        }

        using var job = JobProcess.Start(
            HeapMegabytes,
            "experiment", folder.Combine("q4.json"),
            "--store", "sqlite:" + log,
            "--since", IsoTime.Write(SomeRecord.Start),
            "--until", IsoTime.Write(SomeRecord.Start.AddHours(3)),
            "--memory-mb", $"{RowMegabytes}");
        // DuckDB takes up to twice its limit. The records alone would have more than 300 MB, and their objects a gigabyte.
        Assert.InRange(await job.RunAsync(Token), 0, 2 * RowMegabytes + HeapMegabytes + 90);
    }

    // Ten requests of each unit, spread over an hour.
    private static StoredPrediction Stored(int number)
    {
        var unit = number / 10;
        var after = TimeSpan.FromHours((double)number / Requests);
        return SomeRecord.Stored(SomeExperiment.Request(
            number, unit, unit % 2 == 0 ? SomeExperiment.Arm : "stable", after, number % 97 / 97f));
    }
}
