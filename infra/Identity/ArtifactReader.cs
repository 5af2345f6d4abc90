using ModelServing.Contracts;

namespace ModelServing.Infra.Identity;

/// <summary>The pods of a service account, and the models whose artifacts they read.</summary>
internal sealed record ArtifactReader(string Account, IReadOnlyList<ModelName> Models);
