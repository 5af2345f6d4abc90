using System.Text.Json.Nodes;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Registry;
using ModelServing.Sample;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Replays;

/// <summary>The job as a process, with the sample's models.</summary>
public sealed class ReplayJobTests(ReplayJobTests.Log log) : IClassFixture<ReplayJobTests.Log>
{
    // Whole minutes of payments, one in each second: of a part of a minute, any may be taken.
    private const int Last = 640;

    private static readonly ExperimentMetric Precision = new()
    {
        Name = "precision",
        Kind = ExperimentMetricKind.Rate,
        IsHigherBetter = true,
        Output = "probabilities[1]",
        Threshold = 0.1,
    };

    private static readonly ExperimentMetric Order = new()
    {
        Name = "order",
        Kind = ExperimentMetricKind.Ranking,
        IsHigherBetter = true,
        Output = "probabilities[1]",
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The first ones are the oldest.
    private static IEnumerable<int> Newest => Enumerable.Range(ReplayedLog.Payments - Last, Last);

    [Fact]
    public async Task The_report_is_what_the_two_models_say_about_the_recorded_features()
    {
        var report = JsonNode.Parse(await RunAsync(await log.Value.DocumentAsync(2, 10_000, Precision, Order), "--json"))!;
        Assert.Equal((Last, Last), ((int)report["read"]!, (int)report["replayed"]!));
        Assert.Equal((Last, Last), ((int)report["withRecordedScore"]!, (int)report["reproduced"]!));
        Assert.Equal(Last, (int)report["answeredBy"]!["1"]!);
        var changed = Newest.Count(i => log.Value.Stable[i] >= 0.1 != log.Value.Candidate[i] >= 0.1);
        Assert.Equal((Last, changed), ((int)report["decisions"]!, (int)report["changedDecisions"]!));
        Assert.NotEqual(0, changed);
        var differences = Newest.Select(i => (double)log.Value.Candidate[i] - log.Value.Stable[i]).Order().ToList();
        var quantiles = report["differences"]!.AsArray()
            .ToDictionary(static one => (double)one!["share"]!, static one => (double)one!["difference"]!);
        Assert.Equal(differences[0], quantiles[0], 1e-6);
        Assert.Equal(differences[^1], quantiles[1], 1e-6);
        Assert.Equal(differences[Last / 2 - 1], quantiles[0.5], Math.Abs(differences[Last / 2 - 1]) / 500);

        // Only the outcomes of the first 500 payments are known.
        var known = Newest.Where(static i => i < 500).ToList();
        var truth = known.ConvertAll(i => log.Value.Rows[i].IsFraud);
        var metrics = report["metrics"]!.AsArray().ToDictionary(static one => (string)one!["metric"]!, static one => one!);
        Assert.All(metrics.Values, one => Assert.Equal(known.Count, (int)one["requests"]!));
        Assert.Equal(
            RankingMetrics.AreaUnderRoc(known.ConvertAll(i => log.Value.Candidate[i]), truth),
            (double)metrics["order AUC"]["candidate"]!,
            0.002);
        Assert.Equal(
            RankingMetrics.AveragePrecision(known.ConvertAll(i => log.Value.Stable[i]), truth),
            (double)metrics["order average precision"]["answered"]!,
            0.01);
        var flagged = known.Where(i => log.Value.Candidate[i] >= 0.1).ToList();
        Assert.Equal(
            flagged.Count(i => log.Value.Rows[i].IsFraud) / (double)flagged.Count, (double)metrics["precision"]["candidate"]!, 1e-9);
        Assert.All(
            (string[])["answered", "candidate"],
            side => Assert.Equal((Last, 0), ((int)report[side]!["calls"]!, (int)report[side]!["failed"]!)));
    }

    [Fact]
    public async Task The_ten_largest_differences_are_shown_with_inputs_as_redacted_as_the_log()
    {
        var document = await log.Value.DocumentAsync(2, 10_000);
        var report = JsonNode.Parse(await RunAsync(document, "--json"))!;
        var expected = Newest.OrderByDescending(i => Math.Abs((double)log.Value.Candidate[i] - log.Value.Stable[i])).Take(10).ToList();
        var largest = report["largest"]!.AsArray();
        Assert.Equal(expected.ConvertAll(SomeRecord.IdOf), largest.Select(static one => (string)one!["requestId"]!));
        Assert.All(largest, static one =>
        {
            var card = one!["inputs"]!.AsArray().Single(static input => (string)input!["name"]! == "card_id")!;
            Assert.Equal(("hashed", "01020304"), ((string)card["omitted"]!, (string)card["digest"]!));
            Assert.False(card.AsObject().ContainsKey("data") && card["data"] is not null);
        });

        var table = await RunAsync(document);
        Assert.All(table.Split('\n'), static line => Assert.InRange(line.Length, 0, 80));
        Assert.Contains($"\n{SomeRecord.IdOf(expected[0])} ", table, StringComparison.Ordinal);
        Assert.Contains("\n  card_id hashed 01020304", table, StringComparison.Ordinal);
        Assert.Contains("by outputs that are not scores.", table, StringComparison.Ordinal);
        Assert.DoesNotContain("  card_id", await RunAsync(document, "--without-inputs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sample_gives_the_same_report_as_the_log()
    {
        var sample = log.Value.Combine("sample.parquet");
        using (var export = JobProcess.Start(null, ["export", "--model", "fraud", "--out", sample, .. Range]))
            await export.ReadAsync(Token);
        var document = await log.Value.DocumentAsync(2, 10_000, Order);
        var ofLog = JsonNode.Parse(await RunAsync(document, "--json"))!.AsObject();
        using var job = JobProcess.Start(
            null, "try", document, "--registry", log.Value.Registry, "--sample", sample, "--last", $"{Last}", "--rate", "100000", "--json");
        var ofSample = JsonNode.Parse(await job.ReadAsync(Token))!.AsObject();
        foreach (var report in (JsonObject[])[ofLog, ofSample])
        {
            report.Remove("source");
            // Times differ, and an export has no digest and no shape of a tensor without data, and 1 for true.
            foreach (var side in (string[])["answered", "candidate"])
                report[side] = (int)report[side]!["calls"]!;
            foreach (var one in report["largest"]!.AsArray())
            {
                one!.AsObject().Remove("inputs");
                one.AsObject().Remove("outcome");
            }
        }

        Assert.Equal(ofLog.ToJsonString(), ofSample.ToJsonString());
    }

    [Fact]
    public async Task A_candidate_that_is_late_fails_alone_and_ends_after_some_tries()
    {
        await log.Value.PublishAsync(3, SomeSlowOnnx.EndlessLoop(), new TrainingInfo(), Token);
        var report = JsonNode.Parse(await RunAsync(await log.Value.DocumentAsync(3, 300), 14, "--json"))!;
        Assert.Equal((14, 14), ((int)report["replayed"]!, (int)report["candidate"]!["failed"]!));
        // On a busy machine, a good version may miss the deadline too.
        Assert.InRange((int)report["answered"]!["failed"]!, 0, 10);
        Assert.Equal(
            [("no answer within 0.3 s", 10), ("not called, because its process ended 10 times", 4)],
            report["candidate"]!["reasons"]!.AsArray().Select(static one => ((string)one!["reason"]!, (int)one["count"]!)));
        Assert.Equal(0, (int)report["scores"]!);
    }

    [Fact]
    public async Task What_can_not_be_replayed_is_counted_or_refused()
    {
        await log.Value.PublishAsync(4, SomeSlowOnnx.Loop(), new TrainingInfo(), Token);
        using (var job = JobProcess.Start(null, Arguments(await log.Value.DocumentAsync(4, 10_000))))
        {
            Assert.Contains(
                $"none of the {Last} requests of fraud can be replayed: the log has no input count", await job.FailAsync(Token),
                StringComparison.Ordinal);
        }

        using (var job = JobProcess.Start(null, Arguments(await log.Value.DocumentAsync(1, 10_000))))
            Assert.Contains("the candidate itself answered them", await job.FailAsync(Token), StringComparison.Ordinal);
        using (var job = JobProcess.Start(null, Arguments(await log.Value.DocumentAsync(9, 10_000))))
            Assert.Contains("fraud has no version 9", await job.FailAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("try-fraud-3", 3)]
    [InlineData("try-fraud-3-again", null)]
    [InlineData(null, null)]
    public void The_name_of_a_Job_ends_with_the_version(string? job, int? version)
    {
        var document = new ReplayDocument { Model = ReplayedLog.Fraud, Metrics = [], DeadlineMilliseconds = 1 };
        if (version is { } number)
            Assert.Equal(number, ModelServing.Jobs.Replays.TryCommand.WithVersion(document, job).Version!.Value.Number);
        else
            Assert.Throws<ModelServing.Jobs.JobException>(() => ModelServing.Jobs.Replays.TryCommand.WithVersion(document, job));
    }

    private Task<string> RunAsync(string document, params string[] more) => RunAsync(document, Last, more);

    private async Task<string> RunAsync(string document, int last, params string[] more)
    {
        using var job = JobProcess.Start(null, [.. Arguments(document, last), .. more]);
        return await job.ReadAsync(Token);
    }

    private string[] Range =>
    [
        "--store", "sqlite:" + log.Value.Log,
        "--since", IsoTime.Write(SomeRecord.Start), "--until", IsoTime.Write(SomeRecord.Start.AddHours(1)),
    ];

    private string[] Arguments(string document, int last = Last) =>
        ["try", document, "--registry", log.Value.Registry, .. Range, "--last", $"{last}", "--rate", "100000"];

    /// <summary>The log, made once.</summary>
    public sealed class Log : IAsyncLifetime
    {
        internal ReplayedLog Value { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Value = await ReplayedLog.CreateAsync(Token);

        public ValueTask DisposeAsync()
        {
            Value?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
