using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>How one model is released: the value under its name in <c>modelserving:models</c>.</summary>
/// <remarks>
/// To add a setting, add a property with <see cref="SettingAttribute"/> here. If its type is new, add the form of the type to
/// <see cref="SettingForm"/>. If a rule involves more than one value, add it to <see cref="RolloutRules"/>. Then run <c>./dev docs</c>.
/// </remarks>
public sealed record ModelSettings
{
    [Setting("The version that answers every request that no other variant answers.")]
    public required StableSettings Stable { get; init; }

    [Setting("A version on trial with a share of the traffic.")]
    public CanarySettings? Canary { get; init; }

    [Setting(
        "Versions that are compared with the stable version, which is the control and gets the rest of the traffic. A model has a canary "
        + "or an experiment, not both.")]
    public ExperimentSettings? Experiment { get; init; }

    [Setting("The conditions that condemn a canary or an arm. docs/rollouts.md explains the statistics.")]
    public GuardSettings Guard { get; init; } = new();

    [Setting(
        "Versions that get no traffic but are kept ready, with the replicas that full traffic needs. List a former stable version here so "
        + "going back to it causes no outage. `ms promote` adds it; a person removes it.")]
    public IReadOnlyList<ModelVersion> KeepWarm { get; init; } = [];

    [Setting(
        "The routing key, which makes assignment sticky: requests with equal keys get the same variant. Without it, every request is "
        + "assigned independently.")]
    public RoutingKeySettings? RoutingKey { get; init; }

    [Setting("The time after which the caller gets 504 instead of an answer.", Min = "1ms", Max = "10m")]
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    [Setting(
        "The time that a canary or an arm has to answer before the request is sent to the stable version instead. By default, half of the "
        + "deadline. To keep the comparison fair, a slower answer of the stable version counts as the same failure, but it is not cut off.",
        Min = "1ms",
        Max = "10m")]
    public TimeSpan? AttemptLimit { get; init; }

    [Setting(
        "The most rows of requests that run together in one call of the model. Requests share a call only while they would wait anyway, "
        + "and only if the model's rows are independent of each other (docs/inference.md). 1 runs each request by itself.",
        Min = "1",
        Max = "1024")]
    public int BatchRows { get; init; } = InferenceSettings.DefaultBatchRows;

    [Setting("What the log of predictions records of this model.")]
    public ModelPredictionSettings Predictions { get; init; } = new();

    [Setting(
        "The pods of each version of this model, where they differ from `modelserving:inference`, or the pool that serves the versions.")]
    public ModelPodSettings Pods { get; init; } = new();
}
