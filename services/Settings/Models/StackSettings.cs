using ModelServing.Contracts;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

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
