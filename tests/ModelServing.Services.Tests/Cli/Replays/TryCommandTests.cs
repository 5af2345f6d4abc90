using System.Text.Json.Nodes;
using ModelServing.Cli;
using ModelServing.Cli.Replays;
using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Services.Tests.Jobs;
using ModelServing.Services.Tests.Jobs.Replays;
using ModelServing.Services.Tests.Predictions;
using ModelServing.Settings;

namespace ModelServing.Services.Tests.Cli.Replays;

public class TryCommandTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_metrics_are_those_of_the_experiment_unless_the_command_line_names_an_output()
    {
        const string Metrics = "metrics: { p: { kind: rate, output: a, threshold: 0.5, better: higher }, r: { kind: ranking, output: b } }";
        var models = Read($"experiment: {{ name: q, arms: {{ b: {{ version: 2, percent: 30 }} }}, {Metrics} }}").Settings.Models;
        var own = TryCommand.Find(models, ReplayedLog.Fraud, new ModelVersion(3), decision: null);
        Assert.Equal(["p", "r"], own.Metrics.Select(static metric => metric.Name));
        var decision = new ExperimentMetric
        {
            Name = "precision",
            Kind = ExperimentMetricKind.Rate,
            IsHigherBetter = true,
            Output = "b",
            Threshold = 1,
        };
        var other = TryCommand.Find(models, ReplayedLog.Fraud, new ModelVersion(3), decision);
        Assert.Equal(["precision", "r"], other.Metrics.Select(static metric => metric.Name));
        var e = Assert.Throws<CommandException>(() => TryCommand.Find(models, ModelName.Parse("churn"), new ModelVersion(3), null));
        Assert.Contains("there is no model churn in the stack file", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("canary: { version: 2, percent: 5 }", "canary: { version: 2, percent: 50 }", "")]
    [InlineData("canary: { version: 2, percent: 5 }", "canary: { version: 3, percent: 5 }", "3")]
    [InlineData("", "canary: { version: 3, percent: 5 }, keepWarm: [4]", "3 4")]
    public void A_version_is_new_if_the_earlier_file_does_not_name_it(string earlier, string now, string versions) => Assert.Equal(
        versions,
        string.Join(' ', TriedChanges.Find(Read(now), Text(earlier)).Select(static one => one.Version.Number)));

    [Fact]
    public async Task A_pull_requests_new_version_is_tried_with_the_models_sample_or_a_line_says_why_not()
    {
        using var log = await ReplayedLog.CreateAsync(Token);
        var (earlier, path) = (log.Combine("earlier.yaml"), log.Combine("dev.try.txt"));
        await File.WriteAllTextAsync(earlier, Text(""), Token);
        await WriteAsync("canary: { version: 2, percent: 5 }");
        string[] command =
            ["try", "--against", earlier, "--stack", "dev", "--registry", log.Registry, "--out", path, "--last", "50", "--rate", "100000"];

        await RunAsync(command);
        var text = await File.ReadAllTextAsync(path, Token);
        Assert.StartsWith(
            "fraud version 2 was not tried: there is no sample of its requests: neither samples/fraud.parquet beside the stack file nor",
            text,
            StringComparison.Ordinal);
        Assert.Contains(
            "predictions export --model fraud --since 7d --out samples/fraud.parquet makes one", text, StringComparison.Ordinal);

        Directory.CreateDirectory(log.Combine("samples"));
        using (var export = JobProcess.Start(
            null,
            "export", "--model", "fraud", "--out", log.Combine("samples/fraud.parquet"),
            "--store", "sqlite:" + log.Log,
            "--since", IsoTime.Write(SomeRecord.Start), "--until", IsoTime.Write(SomeRecord.Start.AddHours(1))))
            await export.ReadAsync(Token);
        await RunAsync(command);
        text = await File.ReadAllTextAsync(path, Token);
        Assert.StartsWith("fraud version 2, tried with 50 logged requests\n", text, StringComparison.Ordinal);
        Assert.Contains("Changed decisions: ", text, StringComparison.Ordinal);
        // A comment is read by more people than the log.
        Assert.Contains("largest differences", text, StringComparison.Ordinal);
        Assert.DoesNotContain("features FP32", text, StringComparison.Ordinal);

        await WriteAsync("canary: { version: 7, percent: 5 }");
        await RunAsync(command);
        Assert.Contains(
            "fraud version 7 was not tried: models/fraud/7/manifest.json: not found",
            await File.ReadAllTextAsync(path, Token),
            StringComparison.Ordinal);

        // Without a new version there is nothing to show.
        File.Delete(path);
        await WriteAsync("");
        await RunAsync(command);
        Assert.False(File.Exists(path));

        // The same by hand, with the registry of the folder.
        using var ms = JobProcess.StartMs(
            log.Combine(""),
            "try", "fraud", "--version", "2", "--sample", "samples/fraud.parquet", "--registry", log.Registry, "--last", "20", "--json");
        Assert.Equal(20, (int)JsonNode.Parse(await ms.ReadAsync(Token))!["replayed"]!);

        Task WriteAsync(string settings) => File.WriteAllTextAsync(log.Combine("Pulumi.dev.yaml"), Text(settings), Token);

        async Task RunAsync(string[] arguments)
        {
            using var process = JobProcess.StartMs(log.Combine(""), arguments);
            await process.ReadAsync(Token);
        }
    }

    private static StackFile Read(string settings) => StackFile.Parse(Text(settings)).File!;

    private static string Text(string settings) =>
        $"config: {{ modelserving:models: {{ fraud: {{ stable: {{ version: 1 }}, {settings} }} }} }}";
}
