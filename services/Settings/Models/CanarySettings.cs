using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>A canary release.</summary>
public sealed record CanarySettings
{
    [Setting("The published version. It must differ from the stable version.")]
    public required ModelVersion Version { get; init; }

    [Setting("The share of the traffic in percent, in steps of 0.01. 0 keeps the version ready without traffic.")]
    public required Percent Percent { get; init; }

    [Setting(
        "Whether the version may have other inputs and outputs than the stable version. Then requests of the stable version's callers "
        + "can fail, and are retried on the stable version.")]
    public bool AllowOtherInterface { get; init; }
}
