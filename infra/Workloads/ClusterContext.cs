using ModelServing.Contracts;
using ModelServing.Infra.Naming;
using ModelServing.Infra.Secrets;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;

namespace ModelServing.Infra.Workloads;

/// <summary>What all objects in the cluster share.</summary>
/// <param name="Parent">The parent component.</param>
/// <param name="Provider">The provider of the cluster.</param>
/// <param name="Names">The names of the environment.</param>
/// <param name="RoutersHaveNodes">Whether routers have nodes of their own.</param>
/// <param name="CachePassword">The password of the cache; null for none.</param>
internal sealed record ClusterContext(
    Resource Parent, ProviderResource Provider, EnvironmentNames Names, bool RoutersHaveNodes, VaultText? CachePassword)
{
    /// <summary>The options of an object that is created after <paramref name="after"/>.</summary>
    internal CustomResourceOptions Options(params ReadOnlySpan<Resource> after)
    {
        var dependsOn = new InputList<Resource>();
        foreach (var resource in after)
            dependsOn.Add(resource);
        return new CustomResourceOptions { Parent = Parent, Provider = Provider, DependsOn = dependsOn };
    }

    /// <summary>The options of an object that takes long.</summary>
    internal CustomResourceOptions Options(CustomTimeouts timeouts, params ReadOnlySpan<Resource> after)
    {
        var options = Options(after);
        options.CustomTimeouts = timeouts;
        return options;
    }

    internal ObjectMetaArgs Metadata(string name, InputMap<string>? labels = null, InputMap<string>? annotations = null)
    {
        var metadata = new ObjectMetaArgs
        {
            Name = name,
            Namespace = ClusterNames.Namespace,
            Labels = InputMap<string>.Merge(
                new InputMap<string>
                {
                    ["app.kubernetes.io/part-of"] = Names.Project,
                    ["app.kubernetes.io/managed-by"] = "pulumi",
                },
                labels ?? []),
        };
        if (annotations is not null)
            metadata.Annotations = annotations;
        return metadata;
    }
}
