using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record ContainerRegistrySettings
{
    [Setting("The user, without the namespace of the tenancy, such as `default/ci@example.com`. Encrypted.")]
    public required SecretText User { get; init; }

    [Setting("The auth token of the user. Encrypted.")]
    public required SecretText Token { get; init; }
}
