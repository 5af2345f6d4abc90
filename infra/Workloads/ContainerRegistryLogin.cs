using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>The login with which pods pull images.</summary>
/// <param name="Host">The host name of the registry.</param>
/// <param name="User">A secret.</param>
/// <param name="Token">A secret.</param>
public sealed record ContainerRegistryLogin(string Host, Input<string> User, Input<string> Token);
