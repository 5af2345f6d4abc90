using ModelServing.Contracts;
using ModelServing.Infra.Cache;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>How pods get the password of the cache: as a variable, from a Secret. A variable is read once, so another version of the
/// password restarts the pods.</summary>
internal static class PodCache
{
    internal static K8s.Core.V1.Secret AddSecret(ClusterContext context, Resource kubernetesNamespace, CachePassword password) =>
        new(ClusterNames.CachePassword, new SecretArgs
        {
            Metadata = context.Metadata(ClusterNames.CachePassword),
            Type = "Opaque",
            StringData = new InputMap<string> { [ClusterNames.CachePasswordKey] = password.Text },
        }, context.Options([kubernetesNamespace]));

    internal static EnvVarArgs Variable() => new()
    {
        Name = CacheSettings.PasswordVariable,
        ValueFrom = new EnvVarSourceArgs
        {
            SecretKeyRef = new SecretKeySelectorArgs { Name = ClusterNames.CachePassword, Key = ClusterNames.CachePasswordKey },
        },
    };

    /// <summary>Adds the version of the password to the metadata of pods that use the cache.</summary>
    internal static void Annotate(ClusterContext context, ObjectMetaArgs metadata)
    {
        if (context.CachePassword is { } password)
            metadata.Annotations.Add(ClusterNames.CachePasswordVersion, password.Version);
    }
}
