using Pulumi;
using Pulumi.Oci.Core;
using Pulumi.Oci.Core.Inputs;

namespace ModelServing.Infra.Network;

/// <summary>The gateways and the route tables. Public subnets route to the internet. Private subnets route to Oracle's services and, if
/// egress is allowed, through a NAT gateway to the internet. The subnet of a pipeline's machine always does both.</summary>
internal sealed class NetworkRoutes
{
    internal NetworkRoutes(
        Resource parent, string name, NetworkArgs args, Output<string> vcnId, OracleServices services, InputMap<string> tags)
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

        RouteTableRouteRuleArgs toOracle = Rule(oracle.Id, services.CidrBlock, "SERVICE_CIDR_BLOCK");
        RouteTableRouteRuleArgs? toInternet = null;
        if (args.InternetEgress || args.RunnerCidr is not null)
        {
            var nat = new NatGateway($"{name}-nat", new NatGatewayArgs
            {
                CompartmentId = args.CompartmentId,
                VcnId = vcnId,
                DisplayName = args.Names.NameOf("nat"),
                FreeformTags = tags,
            }, child);
            toInternet = Rule(nat.Id, AddressRange.World, "CIDR_BLOCK");
        }

        Public = Table("public", [Rule(internet.Id, AddressRange.World, "CIDR_BLOCK")]);
        Private = Table("private", args.InternetEgress ? [toOracle, toInternet!] : [toOracle]);
        Runner = args.RunnerCidr is null ? null : Table("runner", [toOracle, toInternet!]);

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

    /// <summary>The OCID of the route table of a pipeline's machine; null if there is no place for one.</summary>
    internal Output<string>? Runner { get; }

    private static RouteTableRouteRuleArgs Rule(Input<string> gatewayId, Input<string> destination, string destinationType) =>
        new() { NetworkEntityId = gatewayId, Destination = destination, DestinationType = destinationType };
}
