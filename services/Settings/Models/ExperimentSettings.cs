using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>An A/B test.</summary>
public sealed record ExperimentSettings
{
    [Setting(
        "The name of the experiment. It is part of the records of its requests.",
        Pattern = ModelName.Pattern,
        Form = "a name",
        Example = "q4")]
    public required string Name { get; init; }

    [Setting(
        "The arms by name, each with its own version. A name has the form of a model name; `stable`, `canary`, `pinned`, `direct` and "
        + "`shadow` are reserved.")]
    public required IReadOnlyDictionary<ModelName, ArmSettings> Arms { get; init; }

    [Setting(
        "What `ms experiment` compares, by name. `latency` and `failures` are always compared. docs/experiments.md explains the kinds.")]
    public IReadOnlyDictionary<ModelName, MetricSettings> Metrics { get; init; } = new Dictionary<ModelName, MetricSettings>();

    [Setting(
        "The probability that the report ever claims a difference that does not exist. It is divided evenly among all arms and metrics.",
        Min = "0.000001",
        Max = "0.5")]
    public decimal Alpha { get; init; } = 0.05m;

    [Setting(
        "How long after its first prediction a unit's predictions and outcomes count. A unit counts once its window has closed. A later "
        + "outcome never changes the result; the report counts it.",
        Min = "1s",
        Max = "8760h")]
    public TimeSpan Window { get; init; } = TimeSpan.FromDays(1);
}
