using ModelServing.Contracts;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The settings that every stack file may contain: the root of the settings tree.</summary>
public sealed record StackSettings
{
    [Setting("The models by name, and how each is released.")]
    public required IReadOnlyDictionary<ModelName, ModelSettings> Models { get; init; }

    [Setting(
        "The pools by name. A pool serves the versions of all models that name it (`pods.pool`). See docs/pools.md.")]
    public IReadOnlyDictionary<ModelName, PoolSettings> Pools { get; init; } = new Dictionary<ModelName, PoolSettings>();

    [Setting("The clients with API keys, by name. A name has the form of a model name. See docs/clients.md.")]
    public IReadOnlyDictionary<ModelName, ClientSettings> Clients { get; init; } = new Dictionary<ModelName, ClientSettings>();

    [Setting(
        "The tokens (JWT) that the routers accept. In the cloud, the routers accept the gateway's tokens anyway; these settings override "
        + "the gateway's.")]
    public TokenSettings? Tokens { get; init; }

    [Setting(
        "Whether requests without a credential are answered, as requests of a caller without a limit. By default, they are answered only "
        + "if there are neither `clients` nor tokens.")]
    public bool? Anonymous { get; init; }

    [Setting(
        "The largest request body in bytes, for routers and versions alike. A larger body is answered with 413. The default is the limit "
        + "of the API Gateway, 20 MiB, which accepts no larger body in any case.",
        Min = "1024",
        Max = "1073741824")]
    public int MaxRequestBytes { get; init; } = BodyLimits.Gateway;

    [Setting("The log of predictions. See docs/predictions.md.")]
    public PredictionSettings Predictions { get; init; } = new();

    [Setting("The feature views. See docs/features.md.")]
    public FeatureSettings Features { get; init; } = new();

    [Setting(
        "What assigns requests to variants: the routers, or the function TrafficSplitter between the gateway and the routers. In the "
        + "cloud, `function` needs `functions.splitter`, and a `maxRequestBytes` of at most 6291456. See docs/splitting.md.")]
    public SplittingMode Splitting { get; init; } = SplittingMode.Router;

    [Setting("The platform on one machine. Only `ms up` reads these settings.")]
    public LocalSettings Local { get; init; } = new();
}
