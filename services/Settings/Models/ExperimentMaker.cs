using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Settings.Models;

/// <summary>Makes what the analysis of an experiment needs to know from checked settings.</summary>
public static class ExperimentMaker
{
    private const double SmallestShare = 0.01;
    private const double SmallestMilliseconds = 10;

    /// <summary>Makes the document of a model's experiment; null if the model has none.</summary>
    public static ExperimentDocument? Make(ModelName name, ModelSettings model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Experiment is not { } experiment)
            return null;
        var rollout = PlanMaker.Make(new Dictionary<ModelName, ModelSettings> { [name] = model }).Rollouts[name];
        return new ExperimentDocument
        {
            Model = name,
            Name = experiment.Name,
            Revision = rollout.Revision,
            Arms =
            [
                .. rollout.Variants.Where(static variant => variant.Weight > 0)
                    .Select(static variant => new ExperimentArm(variant.Name, variant.Version, variant.Weight)),
            ],
            Metrics = [.. experiment.Metrics.Where(static pair => pair.Value.Kind != ExperimentMetricKind.Operational).Select(Make),
                Operational(experiment, ExperimentMetric.Failures, SmallestShare),
                Operational(experiment, ExperimentMetric.Latency, SmallestMilliseconds)],
            Alpha = (double)experiment.Alpha,
            WindowMilliseconds = (long)experiment.Window.TotalMilliseconds,
            HasRoutingKey = model.RoutingKey is not null,
        };
    }

    private static ExperimentMetric Make(KeyValuePair<ModelName, MetricSettings> pair)
    {
        var (name, metric) = pair;
        var isMean = metric.Kind == ExperimentMetricKind.Mean;
        return new ExperimentMetric
        {
            Name = name.Text,
            Kind = metric.Kind,
            IsHigherBetter = metric.Kind == ExperimentMetricKind.Ranking || metric.Better == MetricDirection.Higher,
            Smallest = (double?)metric.Smallest ?? (isMean ? null : SmallestShare),
            Outcome = isMean && metric.Cost is null ? null : metric.Outcome ?? OutcomeValue.FromFlag(true),
            Output = metric.Output,
            Threshold = (double?)metric.Threshold,
            FalseAlarm = (double?)metric.Cost?.FalseAlarm,
            Missed = (double?)metric.Cost?.Missed,
            MissedInput = metric.Cost?.MissedInput,
        };
    }

    private static ExperimentMetric Operational(ExperimentSettings experiment, string name, double smallest) => new()
    {
        Name = name,
        Kind = ExperimentMetricKind.Operational,
        IsHigherBetter = false,
        Smallest = (double?)experiment.Metrics.FirstOrDefault(pair => pair.Key.Text == name).Value?.Smallest ?? smallest,
    };
}
