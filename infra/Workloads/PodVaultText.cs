using ModelServing.Contracts;
using ModelServing.Infra.Secrets;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>How pods get a password or a key of OCI Vault: as a variable, from a Secret. A variable is read once, so another version of the
/// text restarts the pods.</summary>
/// <param name="Variable">The name of the variable.</param>
/// <param name="Secret">The name of the Secret.</param>
/// <param name="Key">The text's key in it.</param>
/// <param name="Annotation">The annotation of the pods that holds the version.</param>
internal sealed record PodVaultText(string Variable, string Secret, string Key, string Annotation)
{
    /// <summary>What every program that uses the cache has.</summary>
    internal static PodVaultText CachePassword { get; } = new(
        CacheSettings.PasswordVariable, ClusterNames.CachePassword, ClusterNames.CachePasswordKey, ClusterNames.CachePasswordVersion);

    /// <summary>What the routers have, if the function TrafficSplitter may call them.</summary>
    internal static PodVaultText SplitKey { get; } = new(
        HostEnvironment.NameOf(nameof(RouterSettings.SplitKey)),
        ClusterNames.SplitKey,
        ClusterNames.SplitKeyKey,
        ClusterNames.SplitKeyVersion);

    internal K8s.Core.V1.Secret AddSecret(ClusterContext context, Resource kubernetesNamespace, VaultText text) =>
        new(Secret, new SecretArgs
        {
            Metadata = context.Metadata(Secret),
            Type = "Opaque",
            StringData = new InputMap<string> { [Key] = text.Text },
        }, context.Options([kubernetesNamespace]));

    internal EnvVarArgs FromSecret() => new()
    {
        Name = Variable,
        ValueFrom = new EnvVarSourceArgs { SecretKeyRef = new SecretKeySelectorArgs { Name = Secret, Key = Key } },
    };

    /// <summary>Adds the text's version to the metadata of pods that have the variable.</summary>
    internal void Annotate(ObjectMetaArgs metadata, VaultText text) => metadata.Annotations.Add(Annotation, text.Version);
}
