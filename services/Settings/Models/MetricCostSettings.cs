using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>What wrong decisions cost.</summary>
public sealed record MetricCostSettings
{
    [Setting("What a positive decision costs that did not have the outcome.", Min = "0", Max = "1000000000")]
    public required decimal FalseAlarm { get; init; }

    [Setting("What a negative decision costs that had the outcome. Either this or `missedInput`.", Min = "0", Max = "1000000000")]
    public decimal? Missed { get; init; }

    [Setting(
        "The input whose value such a decision costs, for example the amount of a payment. `[N]` takes one of its elements, from 0.",
        Pattern = MetricSettings.TensorPattern,
        Form = "the name of an input",
        Example = "amount")]
    public string? MissedInput { get; init; }
}
