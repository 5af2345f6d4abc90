using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>An arm of an experiment.</summary>
public sealed record ArmSettings
{
    /// <summary>The published version; another than that of stable and of each other arm.</summary>
    [Setting("The published version; another than that of stable and of each other arm.")]
    public required ModelVersion Version { get; init; }

    /// <summary>Its share of the traffic.</summary>
    [Setting("Its share of the traffic in percent, in steps of 0.01. All arms together have 100 at most.")]
    public required Percent Percent { get; init; }
}
