using ModelServing.Contracts;
using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;

namespace ModelServing.Infra.Workloads;

/// <summary>The parent component, the provider and the namespace that all objects in the cluster share.</summary>
internal sealed record ClusterContext(Resource Parent, ProviderResource Provider, EnvironmentNames Names)
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
