using ModelServing.Infra.Costs;
using ModelServing.Settings.Cloud;
using Pulumi;
using Pulumi.Oci.ContainerEngine;

namespace ModelServing.Stacks.Composition;

/// <summary>Gives every resource of OCI the defined tags of <c>costs.tagNamespace</c>: its environment, and its component, which is the
/// logical name of its parent. A resource gets them as it is made, so components know nothing of them.</summary>
/// <remarks>What the cluster makes (nodes, load balancers, volumes) causes most of the costs. It gets the tags through the arguments of the
/// cluster and of the node pools.</remarks>
internal sealed class ResourceTagging
{
    private const string EnvironmentKey = "environment";
    private const string ComponentKey = "component";

    private readonly string? space;
    // Null before the tags can be used.
    private Func<string, Input<string>>? value;

    private ResourceTagging(CostSettings costs)
    {
        space = costs.TagNamespace;
        if (!costs.CreateTags)
            value = static text => text;
    }

    /// <summary>The keys of the tags.</summary>
    internal static IReadOnlyList<string> Keys { get; } = [EnvironmentKey, ComponentKey];

    internal static ResourceTagging From(StackConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new ResourceTagging(configuration.Cloud.Costs);
    }

    /// <summary>Tags what is made from now on, once <paramref name="tags"/> exist.</summary>
    internal void Begin(CostTags tags)
    {
        var exist = Output.All(tags.Keys.Select(static key => key.Id));
        value = text => exist.Apply(_ => text);
    }

    /// <summary>Adds the tagging to the options of a stack, before what is there.</summary>
    internal StackOptions AddTo(StackOptions? options)
    {
        options ??= new StackOptions();
        if (space is not null)
            options.ResourceTransformations.Insert(0, Tag);
        return options;
    }

    private ResourceTransformationResult? Tag(ResourceTransformationArgs made)
    {
        // A component has no arguments of OCI's, and what has no parent is a provider.
        if (value is not { } tag || made.Options.Parent is not { } parent || made.Args.GetType().Namespace is not { } types
            || !types.StartsWith("Pulumi.Oci.", StringComparison.Ordinal)
            || made.Args.GetType().GetProperty(nameof(NodePoolArgs.DefinedTags)) is not { } property)
            return null;
        property.SetValue(made.Args, Tags());
        switch (made.Args)
        {
            case NodePoolArgs { NodeConfigDetails: { } details } pool:
                pool.NodeConfigDetails = details.Apply(each =>
                {
                    each.DefinedTags = Tags();
                    return each;
                });
                break;
            case ClusterArgs { Options: { } clusterOptions } cluster:
                cluster.Options = clusterOptions.Apply(each =>
                {
                    each.ServiceLbConfig = each.ServiceLbConfig!.Apply(config =>
                    {
                        config.DefinedTags = Tags();
                        return config;
                    });
                    each.PersistentVolumeConfig = each.PersistentVolumeConfig!.Apply(config =>
                    {
                        config.DefinedTags = Tags();
                        return config;
                    });
                    return each;
                });
                break;
        }

        return new ResourceTransformationResult(made.Args, made.Options);

        InputMap<string> Tags() => new()
        {
            [$"{space}.{EnvironmentKey}"] = tag(Deployment.Instance.StackName),
            [$"{space}.{ComponentKey}"] = tag(parent.GetResourceName()),
        };
    }
}
