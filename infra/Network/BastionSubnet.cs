using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Oci.Core.Inputs;
using Core = Pulumi.Oci.Core;

namespace ModelServing.Infra.Network;

/// <summary>The subnet of a Bastion. The service's own VNIC there can't be in a security group, so the subnet has a security list, which
/// allows connections to the Kubernetes API and nothing else.</summary>
internal static class BastionSubnet
{
    /// <summary>Creates it and returns its OCID.</summary>
    internal static Output<string> Add(
        Resource parent, string name, NetworkArgs args, Output<string> vcnId, NetworkRoutes routes, InputMap<string> tags)
    {
        var child = new CustomResourceOptions { Parent = parent };
        var list = new Core.SecurityList($"{name}-bastion", new Core.SecurityListArgs
        {
            CompartmentId = args.CompartmentId,
            VcnId = vcnId,
            DisplayName = args.Names.NameOf("bastion"),
            EgressSecurityRules =
            [
                new SecurityListEgressSecurityRuleArgs
                {
                    Description = "sessions of the Bastion to the Kubernetes API",
                    Destination = args.ClusterEndpointCidr,
                    DestinationType = "CIDR_BLOCK",
                    Protocol = Traffic.Tcp(6443).Protocol,
                    Stateless = false,
                    TcpOptions = new SecurityListEgressSecurityRuleTcpOptionsArgs { Min = 6443, Max = 6443 },
                },
            ],
            FreeformTags = tags,
        }, child);
        return new Core.Subnet($"{name}-bastion", new Core.SubnetArgs
        {
            CompartmentId = args.CompartmentId,
            VcnId = vcnId,
            CidrBlock = args.BastionCidr!,
            DisplayName = args.Names.NameOf("bastion"),
            DnsLabel = NameForm.DnsLabel.Check("bastion"),
            ProhibitPublicIpOnVnic = true,
            ProhibitInternetIngress = true,
            RouteTableId = routes.Private,
            SecurityListIds = [list.Id],
            FreeformTags = tags,
        }, child).Id;
    }
}
