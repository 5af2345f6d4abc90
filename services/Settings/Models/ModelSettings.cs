using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>How one model is released: what stands under its name in <c>modelserving:models</c>.</summary>
/// <remarks>
/// To add a setting: a property with <see cref="SettingAttribute"/> here; its type's form in <see cref="SettingForm"/> if that is
/// new; a rule that needs more than one value in <see cref="RolloutRules"/>; then <c>./dev docs</c>.
/// </remarks>
public sealed record ModelSettings
{
    /// <summary>The version that answers whatever no other variant does.</summary>
    [Setting("The version that answers whatever no other variant does.")]
    public required StableSettings Stable { get; init; }

    /// <summary>A version on trial with a share of the traffic.</summary>
    [Setting("A version on trial with a share of the traffic.")]
    public CanarySettings? Canary { get; init; }

    /// <summary>Versions that are compared with the stable one.</summary>
    [Setting("Versions that are compared with the stable one, which is the control and has what they leave. A model has a canary or an experiment, not both.")]
    public ExperimentSettings? Experiment { get; init; }

    /// <summary>What condemns a canary or an arm.</summary>
    [Setting("What condemns a canary or an arm: docs/rollouts.md has the statistics.")]
    public GuardSettings Guard { get; init; } = new();

    /// <summary>Versions that are kept ready without traffic.</summary>
    [Setting("Versions that are kept ready, with the replicas that full traffic needs, and get no traffic: a former stable version, so that going back to it is no outage. `ms promote` writes it, a person removes it.")]
    public IReadOnlyList<ModelVersion> KeepWarm { get; init; } = [];

    /// <summary>What makes assignment sticky; without it every request is assigned on its own.</summary>
    [Setting("What makes assignment sticky: equal keys get the same variant. Without it every request is assigned on its own.")]
    public RoutingKeySettings? RoutingKey { get; init; }

    /// <summary>How long an answer may take before the caller gets 504.</summary>
    [Setting("How long an answer may take before the caller gets 504.", Least = "1ms", Most = "10m")]
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a canary or an arm may take before stable is asked instead; null is half of the deadline.</summary>
    [Setting("How long a canary or an arm may take before the stable version is asked instead; half of the deadline by default. An answer of the stable version that takes longer counts as the same failure, so that the comparison stays fair, and is not cut.", Least = "1ms", Most = "10m")]
    public TimeSpan? AttemptLimit { get; init; }

    /// <summary>The pods of this model's versions, where they differ from those of other models.</summary>
    [Setting("The pods of each of this model's versions, where they differ from `modelserving:inference`. Only `pulumi up` reads it.")]
    public ModelPodSettings Pods { get; init; } = new();
}
