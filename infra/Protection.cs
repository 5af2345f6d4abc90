using Pulumi;

namespace ModelServing.Infra;

/// <summary>How what holds data is kept from being lost by a mistake in a stack.</summary>
internal static class Protection
{
    /// <summary>Options of a child that holds data: with protection a deletion is refused, and if the protection is taken off the
    /// cloud still keeps what the stack forgets.</summary>
    internal static CustomResourceOptions Options(Resource parent, bool isOn, InputList<Resource>? after = null) => new()
    {
        Parent = parent,
        Protect = isOn,
        RetainOnDelete = isOn,
        DependsOn = after ?? [],
    };
}
