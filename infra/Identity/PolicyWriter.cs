using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Oci.Identity;

namespace ModelServing.Infra.Identity;

/// <summary>Makes policies of an environment: in its compartment, so that none of them can reach further, and by the provider of the
/// tenancy's home region, the only one where identity may be written.</summary>
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
