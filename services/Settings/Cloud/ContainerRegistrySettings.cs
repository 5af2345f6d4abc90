using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The login at the container registry.</summary>
public sealed record ContainerRegistrySettings
{
    /// <summary>The user.</summary>
    [Setting("The user, without the tenancy's namespace before it, as in `default/ci@example.com`. Encrypted.")]
    public required SecretText User { get; init; }

    /// <summary>The token.</summary>
    [Setting("The user's auth token. Encrypted.")]
    public required SecretText Token { get; init; }
}
