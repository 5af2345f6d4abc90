using System.Text.Json.Serialization;

namespace ModelServing.Rollout.Experiments;

/// <summary>The estimate of one metric in one arm.</summary>
/// <param name="Units">The number of units, 2 or more.</param>
/// <param name="Value">The estimate: a mean, a rate or a ratio.</param>
/// <param name="UnitVariance">The variance of the estimate, times the number of units. For a mean, this is the units' variance.</param>
/// <param name="EffectiveUnits">How many units the variance is known from, in effect: its relative standard error is 1 over the square
/// root of this. Of units with a rare outcome, about those with the outcome count.</param>
public readonly record struct ArmEstimate(long Units, double Value, double UnitVariance, double EffectiveUnits)
{
    /// <summary>The standard error of the estimate.</summary>
    public double StandardError => Math.Sqrt(UnitVariance / Units);

    /// <summary>Of a ranking, the units of either outcome; null for other metrics.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RankedUnits? Ranked { get; init; }
}
