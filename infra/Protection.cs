using Pulumi;

namespace ModelServing.Infra;

/// <summary>Keeps a mistake in a stack from destroying data.</summary>
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
}
