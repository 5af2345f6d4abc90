using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Sqlite;
using ModelServing.Services.Tests.Predictions;
using ModelServing.Settings;
using ModelServing.Settings.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Experiments;

/// <summary>The job as a process, with a log in SQLite.</summary>
public sealed class ExperimentJobTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Log => folder.Combine("log.db");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_log_in_SQLite_gives_the_known_answer()
    {
        await FillAsync(4000);
        await File.WriteAllBytesAsync(folder.Combine("q4.json"), SomeExperiment.Document(SomeExperiment.Hits).ToUtf8(), Token);
        var page = folder.Combine("page.html");
        var printed = await RunAsync("--json", "--html", page);
        var report = JsonNode.Parse(printed)!;
        Assert.Equal(
            [("b", 2000, 0.5), ("stable", 2000, 0.5)],
            report["arms"]!.AsArray().Select(static arm =>
                ((string)arm!["name"]!, (int)arm["closedUnits"]!, (double)arm["plannedShare"]!)));
        var result = report["comparisons"]![0]!["result"]!;
        Assert.Equal(
            (0.2, 0.6, 0.4, "better"),
            ((double)result["stable"]!["value"]!, (double)result["arm"]!["value"]!, Math.Round((double)result["difference"]!["value"]!, 9),
                (string?)result["conclusion"]));
        // The standard error of two rates of 2,000 units each, with the variance of both together where it is larger.
        var (stable, arm) = (0.16 * 2000 / 1999, 0.24 * 2000 / 1999);
        var together = (stable + arm) / 2;
        Assert.Equal(Math.Sqrt((together + arm) / 2000), (double)result["difference"]!["standardError"]!, 1e-9);
        Assert.StartsWith("<!DOCTYPE html>", await File.ReadAllTextAsync(page, Token), StringComparison.Ordinal);

        var table = await RunAsync();
        Assert.Contains("\nhits                           0.2       0.6        0.4 ", table, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", table, StringComparison.Ordinal);
        Assert.All(table.Split('\n'), static line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public async Task Ms_finds_the_experiment_in_the_stack_file_and_starts_the_job()
    {
        const string Stack = """
            config:
              modelserving:models:
                fraud:
                  stable: { version: 1 }
                  routingKey: { header: X-Customer }
                  experiment:
                    name: q4
                    arms: { b: { version: 2, percent: 50 } }
                    window: 10m
                    metrics: { hits: { kind: rate, output: probability, threshold: 0.5, better: higher } }
            """;
        await File.WriteAllTextAsync(folder.Combine("Pulumi.dev.yaml"), Stack, Token);
        var fraud = ModelName.Parse("fraud");
        await FillAsync(4000, ExperimentMaker.Make(fraud, StackFile.Parse(Stack).File!.Settings.Models[fraud])!.Revision);
        using var ms = JobProcess.StartMs(folder.FullPath, ["experiment", "fraud", .. Range, "--json"]);
        var report = JsonNode.Parse(await ms.ReadAsync(Token))!;
        Assert.Equal(
            [("hits", "better"), ("failures", "not-yet"), ("latency", "not-yet")],
            report["comparisons"]!.AsArray().Select(static one => ((string)one!["metric"]!, (string)one["result"]!["conclusion"]!)));
        Assert.Equal(600, (int)report["windowSeconds"]!);
        Assert.Equal(4000, report["arms"]!.AsArray().Sum(static arm => (int)arm!["closedUnits"]!));

        using var other = JobProcess.StartMs(folder.FullPath, ["experiment", "churn", .. Range]);
        Assert.Contains("there is no model churn in the stack file", await other.FailAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_is_not_an_experiment_is_refused()
    {
        await FillAsync(10);
        await File.WriteAllTextAsync(folder.Combine("q4.json"), "{}", Token);
        using var job = JobProcess.Start(null, Arguments());
        Assert.Contains("the experiment can't be read", await job.FailAsync(Token), StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(params string[] more)
    {
        using var job = JobProcess.Start(null, [.. Arguments(), .. more]);
        return await job.ReadAsync(Token);
    }

    private string[] Range =>
    [
        "--store", "sqlite:" + Log,
        "--since", IsoTime.Write(SomeRecord.Start), "--until", IsoTime.Write(SomeRecord.Start.AddHours(3)),
    ];

    private string[] Arguments() => ["experiment", folder.Combine("q4.json"), .. Range];

    private async Task FillAsync(int units, string revision = SomeExperiment.Revision)
    {
        var memory = ExperimentAnalysisTests.Difference(units, 1);
        using var store = new SqlitePredictionStore(Log, PredictionLogSettings.MostRetentionDays);
        var records = new List<StoredPrediction>();
        for (var number = 1; number <= units; number++)
        {
            var record = (await memory.FindAsync(SomeRecord.IdOf(number), Token)).Single();
            record.Revision = revision;
            records.Add(SomeRecord.Stored(record));
        }

        foreach (var some in records.Chunk(store.MostRows))
            await store.PutAsync(some, Token);
        await store.PutOutcomesAsync([.. memory.Outcomes.Values], Token);
    }
}
