using Pulumi;
using Pulumi.Oci.Core;
using Pulumi.Oci.Core.Inputs;

namespace ModelServing.Infra.Network;

/// <summary>The gateways and the two route tables: the public subnets' to the internet, the private ones' to Oracle's services and,
/// where it is wanted, out through a NAT gateway.</summary>
internal sealed class NetworkRoutes
{
    internal NetworkRoutes(Resource parent, string name, NetworkArgs args, Output<string> vcnId, OracleServices services, InputMap<string> tags)
    {
        var child = new CustomResourceOptions { Parent = parent };
        var internet = new InternetGateway($"{name}-internet", new InternetGatewayArgs
        {
            CompartmentId = args.CompartmentId,
            VcnId = vcnId,
            DisplayName = args.Names.NameOf("internet"),
            Enabled = true,
            FreeformTags = tags,
        }, child);
        var oracle = new ServiceGateway($"{name}-services", new ServiceGatewayArgs
        {
            CompartmentId = args.CompartmentId,
            VcnId = vcnId,
            DisplayName = args.Names.NameOf("services"),
            Services = [new ServiceGatewayServiceArgs { ServiceId = services.Id }],
            FreeformTags = tags,
        }, child);

        InputList<RouteTableRouteRuleArgs> ways =
        [
            new RouteTableRouteRuleArgs { NetworkEntityId = oracle.Id, Destination = services.CidrBlock, DestinationType = "SERVICE_CIDR_BLOCK" },
        ];
        if (args.InternetEgress)
        {
            var nat = new NatGateway($"{name}-nat", new NatGatewayArgs
            {
                CompartmentId = args.CompartmentId,
                VcnId = vcnId,
                DisplayName = args.Names.NameOf("nat"),
                FreeformTags = tags,
            }, child);
            ways.Add(new RouteTableRouteRuleArgs { NetworkEntityId = nat.Id, Destination = AddressRange.World, DestinationType = "CIDR_BLOCK" });
        }

        Public = Table("public", [new RouteTableRouteRuleArgs { NetworkEntityId = internet.Id, Destination = AddressRange.World, DestinationType = "CIDR_BLOCK" }]);
        Private = Table("private", ways);

        Output<string> Table(string kind, InputList<RouteTableRouteRuleArgs> rules) => new RouteTable($"{name}-{kind}", new RouteTableArgs
        {
            CompartmentId = args.CompartmentId,
            VcnId = vcnId,
            DisplayName = args.Names.NameOf(kind),
            RouteRules = rules,
            FreeformTags = tags,
        }, child).Id;
    }

    /// <summary>The OCID of the route table of public subnets.</summary>
    internal Output<string> Public { get; }

    /// <summary>The OCID of the route table of private subnets.</summary>
    internal Output<string> Private { get; }
}
