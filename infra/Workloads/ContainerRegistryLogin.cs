using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>A login at a container registry.</summary>
/// <param name="Host">The registry's host.</param>
/// <param name="User">The user, a secret.</param>
/// <param name="Token">The token, a secret.</param>
public sealed record ContainerRegistryLogin(string Host, Input<string> User, Input<string> Token);
