using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Cloud;
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

/// <summary>An A/B test.</summary>
public sealed record ExperimentSettings
{
    /// <summary>Its name.</summary>
    [Setting("The experiment's name, which stands in the records of its requests.", Pattern = ModelName.Pattern, Form = "a name", Example = "q4")]
    public required string Name { get; init; }

    /// <summary>The arms by name.</summary>
    [Setting("The arms by name, each with a version of its own. A name has the form of a model's; `stable`, `canary`, `pinned`, `direct` and `shadow` are taken.")]
    public required IReadOnlyDictionary<ModelName, ArmSettings> Arms { get; init; }
}

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

/// <summary>What condemns a canary or an arm.</summary>
public sealed record GuardSettings
{
    /// <summary>The rate ratio that is tolerated.</summary>
    [Setting("How many times the stable version's rate of failures is tolerated.", Least = "1", Most = "100")]
    public decimal Tolerance { get; init; } = 1.5m;

    /// <summary>The chance of condemning a version that is no worse than that.</summary>
    [Setting("The chance that a version no worse than that is condemned at all, however long it runs and however often one looks.", Least = "0.000001", Most = "0.5")]
    public decimal FalseAlarm { get; init; } = 0.001m;

    /// <summary>What counts as slow; null for nothing.</summary>
    [Setting("An answer that takes longer counts as slow, and slow answers are compared as failures are. Without it only the attempt's limit counts.", Least = "1ms", Most = "10m")]
    public TimeSpan? SlowerThan { get; init; }

    /// <summary>The rate of failures that condemns whatever stable does; null for none.</summary>
    [Setting("The rate of failures above which a version is condemned, unless the stable version fails as much.", Least = "0.000001", Most = "0.999999")]
    public decimal? MaxErrorRate { get; init; }

    /// <summary>How long a version may have no ready endpoint.</summary>
    [Setting("How long a version may have no ready endpoint before it is condemned.", Least = "1s", Most = "24h")]
    public TimeSpan UnreachableFor { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>Where the routing key comes from: one of the two.</summary>
public sealed record RoutingKeySettings
{
    /// <summary>The request header whose value is the key.</summary>
    [Setting("The request header whose value is the key, as in `X-Customer`. A request without it is assigned on its own.")]
    public HeaderName? Header { get; init; }

    /// <summary>The claim of the client's token whose value is the key.</summary>
    [Setting("The claim of the client's token (JWT) whose value is the key, as in `sub`. A request without it is assigned on its own.", Pattern = "^[\\x21-\\x7e]{1,100}$", Form = "a claim's name", Example = "sub")]
    public string? Claim { get; init; }
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

    /// <summary>The clients that have API keys, by name.</summary>
    [Setting("The clients that have API keys, by name; a name has the form of a model's. docs/clients.md has the whole.")]
    public IReadOnlyDictionary<ModelName, ClientSettings> Clients { get; init; } = new Dictionary<ModelName, ClientSettings>();

    /// <summary>The tokens that are taken.</summary>
    [Setting("The tokens (JWT) that the routers take. In the cloud they take the gateway's in any case; here stands what differs.")]
    public TokenSettings? Tokens { get; init; }

    /// <summary>Whether requests without a credential are answered.</summary>
    [Setting("Requests without a credential are answered, as those of a caller without a limit. Without it they are as long as there are neither `clients` nor tokens.")]
    public bool? Anonymous { get; init; }

    /// <summary>The largest body of a request in bytes.</summary>
    [Setting("The largest body of a request in bytes, of routers and versions alike; a larger one is answered 413. 64 MiB by default. The API Gateway takes 20 MB at most, whatever stands here.", Least = "1024", Most = "1073741824")]
    public int MaxRequestBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How the platform runs on one machine.</summary>
    [Setting("How the platform runs on one machine. Only `ms up` reads it.")]
    public LocalSettings Local { get; init; } = new();
}
