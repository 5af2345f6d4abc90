using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Settings;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Settings.Models;

public class MetricRulesTests
{
    [Theory]
    [InlineData("latency: { kind: rate, better: lower }", "latency.kind", "'latency' and 'failures' are the operational metrics")]
    [InlineData("speed: { kind: operational }", "speed.kind", "and no others")]
    [InlineData("latency: { kind: operational, better: lower }", "latency.better", "better if it is lower; remove this")]
    [InlineData("latency: { kind: operational, output: p }", "latency", "no output and no threshold")]
    [InlineData("m: { kind: rate }", "m.better", "missing: whether a higher or a lower value is better")]
    [InlineData("m: { kind: rate, better: higher, output: p }", "m", "set both, or neither")]
    [InlineData("m: { kind: rate, better: higher, threshold: 0.5 }", "m", "set both, or neither")]
    [InlineData("m: { kind: rate, better: higher, cost: { falseAlarm: 1, missed: 1 } }", "m.cost", "only a mean can be of a cost")]
    [InlineData("m: { kind: mean }", "m.better", "missing: whether")]
    [InlineData("m: { kind: mean, better: higher, outcome: 1 }", "m.outcome", "remove this")]
    [InlineData("m: { kind: mean, better: higher, output: p, threshold: 1 }", "m", "a mean without cost is of the outcome")]
    [InlineData("m: { kind: mean, output: p, cost: { falseAlarm: 1, missed: 1 } }", "m", "missing: the output and the threshold")]
    [InlineData("m: { kind: mean, output: p, threshold: 1, cost: { falseAlarm: 1 } }", "m.cost", "one of missed and missedInput")]
    [InlineData(
        "m: { kind: mean, output: p, threshold: 1, cost: { falseAlarm: 1, missed: 1, missedInput: a } }",
        "m.cost",
        "one of missed and missedInput")]
    [InlineData(
        "m: { kind: mean, better: lower, output: p, threshold: 1, cost: { falseAlarm: 1, missed: 1 } }",
        "m.better",
        "better if it is lower; remove this")]
    [InlineData("m: { kind: ranking }", "m.output", "missing: the output that ranks")]
    [InlineData("m: { kind: ranking, output: p, threshold: 0.5 }", "m.threshold", "a ranking has no threshold")]
    [InlineData("m: { kind: ranking, output: p, better: higher }", "m.better", "better if it is higher; remove this")]
    public void A_contradiction_is_a_fault_with_its_position(string metrics, string path, string message)
    {
        var fault = Assert.Single(File(metrics).Check());
        Assert.Equal("modelserving:models.a.experiment.metrics." + path, fault.Path);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Position);
    }

    [Theory]
    [InlineData("m: { kind: share, better: lower }", "'share' is not rate, mean, ranking or operational")]
    [InlineData("m: { kind: ranking, output: 'p[x]' }", "is not the name of an output, such as probability")]
    [InlineData("m: { better: lower }", "missing: `rate`")]
    [InlineData("m: { kind: rate, better: lower, smallest: 0 }", "is not between 0.000001 and")]
    public void A_wrong_value_is_a_fault(string metrics, string message) =>
        Assert.Contains(StackFile.Parse(Text(metrics)).Faults, fault => fault.Message.Contains(message, StringComparison.Ordinal));

    [Fact]
    public void The_document_has_what_the_stack_file_says_and_its_defaults()
    {
        var document = Make(
            """
            hits: { kind: rate, better: higher, output: 'p[1]', threshold: 0.7 },
            refused: { kind: rate, better: lower, outcome: refused, smallest: 0.002 },
            ones: { kind: rate, better: lower, outcome: 1 },
            money: { kind: mean, better: higher },
            cost: { kind: mean, output: p, threshold: 0.5, cost: { falseAlarm: 5, missedInput: amount } },
            order: { kind: ranking, output: p },
            latency: { kind: operational, smallest: 3 }
            """,
            ", alpha: 0.1, window: 36h")!;
        Assert.Equal(
            ("a", "q", 0.1, 36 * 3_600_000L, false),
            (document.Model.Text, document.Name, document.Alpha, document.WindowMilliseconds, document.HasRoutingKey));
        Assert.Equal([("b", 2, 3000), ("stable", 1, 7000)], document.Arms.Select(static arm => (arm.Name, arm.Version.Number, arm.Weight)));
        var metrics = document.Metrics.ToDictionary(static metric => metric.Name);
        Assert.Equal(
            ["cost", "failures", "hits", "latency", "money", "ones", "order", "refused"], metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            new ExperimentMetric
            {
                Name = "hits",
                Kind = ExperimentMetricKind.Rate,
                IsHigherBetter = true,
                Smallest = 0.01,
                Outcome = OutcomeValue.FromFlag(true),
                Output = "p[1]",
                Threshold = 0.7,
            },
            metrics["hits"]);
        Assert.Equal(
            (OutcomeValue.FromText("refused"), 0.002, false),
            (metrics["refused"].Outcome, metrics["refused"].Smallest, metrics["refused"].IsHigherBetter));
        Assert.Equal(OutcomeValue.FromNumber(1), metrics["ones"].Outcome);
        Assert.Equal((null, null, true), (metrics["money"].Outcome, metrics["money"].Smallest, metrics["money"].IsHigherBetter));
        Assert.Equal(
            (5, null, "amount", false),
            (metrics["cost"].FalseAlarm, metrics["cost"].Missed, metrics["cost"].MissedInput, metrics["cost"].IsHigherBetter));
        Assert.Equal((true, 0.01), (metrics["order"].IsHigherBetter, metrics["order"].Smallest));
        Assert.Equal((3, 0.01), (metrics["latency"].Smallest, metrics["failures"].Smallest));
        // The metrics are not part of the rollout: a change of them continues the experiment.
        Assert.Equal(Make("")!.Revision, document.Revision);
        var read = ExperimentDocument.Parse(document.ToUtf8());
        Assert.Equal(document.ToUtf8(), read.ToUtf8());
    }

    [Fact]
    public void A_model_without_an_experiment_has_no_document()
    {
        var file = StackFile.Parse("config: { modelserving:models: { a: { stable: { version: 1 } } } }").File!;
        Assert.Null(ExperimentMaker.Make(ModelName.Parse("a"), file.Settings.Models[ModelName.Parse("a")]));
    }

    private static ExperimentDocument? Make(string metrics, string more = "")
    {
        var file = File(metrics, more);
        Assert.Empty(file.Check());
        return ExperimentMaker.Make(ModelName.Parse("a"), file.Settings.Models[ModelName.Parse("a")]);
    }

    private static StackFile File(string metrics, string more = "")
    {
        var (file, faults) = StackFile.Parse(Text(metrics, more));
        Assert.Empty(faults.Select(static fault => fault.ToString()));
        return file!;
    }

    private static string Text(string metrics, string more = "") =>
        "config: { modelserving:models: { a: { stable: { version: 1 }, experiment: { name: q, arms: { b: { version: 2, percent: 30 } }, "
            + $"metrics: {{ {metrics.ReplaceLineEndings(" ")} }}{more} }} }} }} }}";
}
