using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Oci.Identity;

namespace ModelServing.Infra.Identity;

/// <summary>Creates the policies of an environment. They are in its compartment, so none of them reaches further. They use the provider
/// of the tenancy's home region, the only region where identity can be changed.</summary>
internal sealed class PolicyWriter(Resource parent, string name, ComponentArgs args, Pulumi.Oci.Provider homeRegion, InputMap<string> tags)
{
    internal Policy Write(string key, string description, params PolicyStatement[] statements) => new($"{name}-{key}", new PolicyArgs
    {
        CompartmentId = args.CompartmentId,
        Name = args.Names.NameOf(key, NameForm.Policy),
        Description = description,
        Statements = statements.Select(s => s.In(args.CompartmentId)).ToList(),
        FreeformTags = tags,
    }, new CustomResourceOptions { Parent = parent, Provider = homeRegion });
}
