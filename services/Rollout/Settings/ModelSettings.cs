using ModelServing.Contracts;

namespace ModelServing.Rollout.Settings;

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

    /// <summary>Versions that are kept ready without traffic.</summary>
    [Setting("Versions that are kept ready, with the replicas that full traffic needs, and get no traffic: a former stable version, so that going back to it is no outage. `ms promote` writes it, a person removes it.")]
    public IReadOnlyList<ModelVersion> KeepWarm { get; init; } = [];

    /// <summary>What makes assignment sticky; without it every request is assigned on its own.</summary>
    [Setting("What makes assignment sticky: equal keys get the same variant. Without it every request is assigned on its own.")]
    public RoutingKeySettings? RoutingKey { get; init; }

    /// <summary>How long an answer may take before the caller gets 504.</summary>
    [Setting("How long an answer may take before the caller gets 504.", Least = "1ms", Most = "10m")]
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pods of this model's versions, where they differ from those of other models.</summary>
    [Setting("The pods of each of this model's versions, where they differ from `modelserving:inference`. Only `pulumi up` reads it.")]
    public ModelPodSettings Pods { get; init; } = new();
}

/// <summary>What differs in the pods of one model's versions; what is not given is as in <see cref="CloudSettings.Inference"/>.</summary>
public sealed record ModelPodSettings
{
    /// <summary>The least pods of a version that has or may get all traffic.</summary>
    [Setting("The least pods of a version that has, or at once may get, all traffic of the model.", Least = "1", Most = "1000")]
    public int? Min { get; init; }

    /// <summary>The most pods of a version.</summary>
    [Setting("The most pods of a version.", Least = "1", Most = "1000")]
    public int? Max { get; init; }

    /// <summary>The processor of a pod.</summary>
    [Setting("The processor that a pod asks for.", Pattern = PodSettings.CpuPattern, Form = PodSettings.CpuForm, Example = "500m")]
    public string? Cpu { get; init; }

    /// <summary>The memory of a pod.</summary>
    [Setting("The memory that a pod asks for, and may have at most.", Pattern = PodSettings.MemoryPattern, Form = PodSettings.MemoryForm, Example = "1Gi")]
    public string? Memory { get; init; }
}

/// <summary>The variant that every rollout has.</summary>
public sealed record StableSettings
{
    /// <summary>The published version.</summary>
    [Setting("The published version.")]
    public required ModelVersion Version { get; init; }
}

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

/// <summary>Where the routing key comes from.</summary>
public sealed record RoutingKeySettings
{
    /// <summary>The request header whose value is the key.</summary>
    [Setting("The request header whose value is the key, as in `X-Customer`. A request without it is assigned on its own.")]
    public required HeaderName Header { get; init; }
}

/// <summary>How the platform runs on one machine: <c>modelserving:local</c>, which only <c>ms up</c> reads.</summary>
public sealed record LocalSettings
{
    /// <summary>The port of the API on 127.0.0.1.</summary>
    [Setting("The port of the API on 127.0.0.1. Without it 8080, or the next free one, which is printed.", Least = "1", Most = "65535")]
    public int? Port { get; init; }

    /// <summary>The folder for what the platform keeps on this machine.</summary>
    [Setting("The folder for what the platform keeps on this machine, relative to the stack file. Without it `.modelserving/STACK`.")]
    public string? State { get; init; }

    /// <summary>The folder of the model registry.</summary>
    [Setting("The folder of the model registry, relative to the stack file. Without it `registry` in the state folder.")]
    public string? Registry { get; init; }
}

/// <summary>All that a stack file says to this platform: the root of the settings tree.</summary>
public sealed record StackSettings
{
    /// <summary>The models by name.</summary>
    [Setting("The models by name, and how each is released.")]
    public required IReadOnlyDictionary<ModelName, ModelSettings> Models { get; init; }

    /// <summary>How the platform runs on one machine.</summary>
    [Setting("How the platform runs on one machine. Only `ms up` reads it.")]
    public LocalSettings Local { get; init; } = new();
}
