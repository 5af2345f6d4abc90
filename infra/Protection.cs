using Pulumi;

namespace ModelServing.Infra;

/// <summary>Keeps a mistake in a stack from destroying data, or what can't be made again as it was.</summary>
internal static class Protection
{
    /// <summary>Options for a child that holds data. Protection makes Pulumi refuse to delete it. If a later update removes the
    /// protection and the resource, the resource still stays in the cloud.</summary>
    internal static CustomResourceOptions Options(Resource parent, bool isOn, InputList<Resource>? after = null) => new()
    {
        Parent = parent,
        Protect = isOn,
        RetainOnDelete = isOn,
        DependsOn = after ?? [],
    };

    /// <summary>Options for a child without data whose loss is an outage that can't be undone. Protection makes Pulumi refuse to delete it.
    /// Once the protection is off, it is deleted: what Pulumi no longer knows would cost money for ever.</summary>
    internal static CustomResourceOptions OfServing(Resource parent, bool isOn, InputList<Resource>? after = null) => new()
    {
        Parent = parent,
        Protect = isOn,
        DependsOn = after ?? [],
    };
}
