using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>A canary release.</summary>
public sealed record CanarySettings
{
    /// <summary>The published version; another than the stable one.</summary>
    [Setting("The published version; another than the stable one.")]
    public required ModelVersion Version { get; init; }

    /// <summary>Its share of the traffic.</summary>
    [Setting("Its share of the traffic in percent, in steps of 0.01. 0 keeps it ready without traffic.")]
    public required Percent Percent { get; init; }
}
