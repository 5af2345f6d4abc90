using Pulumi;
using Pulumi.Oci.Identity;

namespace ModelServing.Infra.Costs;

/// <summary>
/// The definitions of the tags for tracking costs: a namespace, and keys that are enabled for cost tracking. They belong to the tenancy
/// more than to the environment, which makes them once for all environments: they stay in the cloud when it is destroyed, because OCI takes
/// up to 48 hours to remove a key from everything that has it.
/// </summary>
public sealed class CostTags : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing.</exception>
    public CostTags(string name, CostTagsArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:CostTags", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<CostTagsArgs>();
        var kept = new CustomResourceOptions
        {
            Parent = this,
            Provider = args.HomeRegion,
            Protect = args.DataProtection,
            RetainOnDelete = true,
        };
        var space = new TagNamespace(name, new TagNamespaceArgs
        {
            CompartmentId = args.CompartmentId,
            Name = args.Namespace,
            Description = "Tracks the costs of the model serving platform",
            FreeformTags = args.Names.Tags("costs"),
        }, kept);
        Keys = [.. args.Keys.Select(key => new Tag($"{name}-{key}", new TagArgs
        {
            TagNamespaceId = space.Id,
            Name = key,
            Description = $"The {key} that a resource belongs to",
            IsCostTracking = true,
            FreeformTags = args.Names.Tags("costs"),
        }, kept))];
        RegisterOutputs();
    }

    /// <summary>The keys, which must exist before a resource can have them.</summary>
    public IReadOnlyList<Tag> Keys { get; }
}
