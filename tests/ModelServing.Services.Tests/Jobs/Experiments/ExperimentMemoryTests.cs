using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Sqlite;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Experiments;

/// <summary>The memory of the job does not grow with the log.</summary>
public sealed class ExperimentMemoryTests : IDisposable
{
    private const int Few = 100_000;
    private const int Many = 1_000_000;

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Ten_times_as_many_predictions_need_no_more_memory()
    {
        await File.WriteAllBytesAsync(
            folder.Combine("q4.json"), SomeExperiment.Document(SomeExperiment.Hits, SomeExperiment.Order).ToUtf8(), Token);
        var few = await PeakAsync(Few);
        var many = await PeakAsync(Many);
        // The rows of the longer log alone have 300 MB more. What the processes need differs by how often memory was collected.
        Assert.InRange(many, 0, 1.25 * few + 60);
    }

    private async Task<double> PeakAsync(int requests)
    {
        var log = folder.Combine($"{requests}.db");
        using (var store = new SqlitePredictionStore(log, PredictionLogSettings.MostRetentionDays))
        {
            foreach (var numbers in Enumerable.Range(1, requests).Chunk(store.MostRows))
                await store.PutAsync([.. numbers.Select(number => Stored(number, requests))], Token);
            foreach (var numbers in Enumerable.Range(1, requests).Where(static number => number % 10 == 0).Chunk(10_000))
            {
                await store.PutOutcomesAsync(
                    [.. numbers.Select(static number => SomeExperiment.Outcome(
                        number, OutcomeValue.FromFlag(number % 3 == 0), TimeSpan.FromMinutes(1)))],
                    Token);
            }
        }

        using var job = JobProcess.Start(
            100,
            "experiment", folder.Combine("q4.json"),
            "--store", "sqlite:" + log,
            "--since", IsoTime.Write(SomeRecord.Start),
            "--until", IsoTime.Write(SomeRecord.Start.AddHours(3)),
            "--memory-mb", "64");
        return await job.RunAsync(Token);
    }

    // Ten requests of each unit, spread over an hour.
    private static StoredPrediction Stored(int number, int requests)
    {
        var unit = number / 10;
        var after = TimeSpan.FromHours((double)number / requests);
        return SomeRecord.Stored(SomeExperiment.Request(
            number, unit, unit % 2 == 0 ? SomeExperiment.Arm : "stable", after, number % 97 / 97f));
    }
}
