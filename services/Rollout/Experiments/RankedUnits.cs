using System.Text.Json.Serialization;

namespace ModelServing.Rollout.Experiments;

/// <summary>How many units of an arm are positive and how many are negative. A ranking compares the two kinds, so the rarer one determines
/// how much is known about it.</summary>
/// <param name="Positive">The units with a positive outcome.</param>
/// <param name="Negative">The units without one.</param>
public readonly record struct RankedUnits(long Positive, long Negative)
{
    /// <summary>How many units of either kind each arm needs. With fewer, intervals of AUC and of average precision are wrong more often
    /// than alpha: docs/experiments.md has the figures.</summary>
    public const long Least = 100;

    /// <summary><see cref="Least"/>, for those who read the report as JSON.</summary>
    public long Needed { get; } = Least;

    /// <summary>The units of the rarer kind.</summary>
    [JsonIgnore]
    public long OfRarerOutcome => Math.Min(Positive, Negative);

    /// <summary>Whether an interval may be given.</summary>
    [JsonIgnore]
    public bool IsEnough => OfRarerOutcome >= Least;
}
