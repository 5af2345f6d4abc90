using Pulumi;
using Pulumi.Oci.Core;
using Pulumi.Oci.Core.Inputs;

namespace ModelServing.Infra.Network;

/// <summary>Creates the security rules of a flow: one for each of its ends that is a group.</summary>
internal static class NetworkRules
{
    internal static void Add(
        Resource parent, string name, NetworkFlow flow, Func<NetworkGroup, Output<string>> idOf, Output<string> oracleServices)
    {
        if (flow.From is FlowEnd.GroupEnd from)
            Rule(from.Group, isIngress: false, flow.To);
        if (flow.To is FlowEnd.GroupEnd to)
            Rule(to.Group, isIngress: true, flow.From);

        void Rule(NetworkGroup group, bool isIngress, FlowEnd peer)
        {
            (Input<string> Address, string Type) target = peer switch
            {
                FlowEnd.GroupEnd g => (idOf(g.Group), "NETWORK_SECURITY_GROUP"),
                FlowEnd.RangeEnd r => (r.Cidr, "CIDR_BLOCK"),
                FlowEnd.OracleServicesEnd => (oracleServices, "SERVICE_CIDR_BLOCK"),
                _ => throw new ArgumentOutOfRangeException(nameof(flow)),
            };
            var rule = new NetworkSecurityGroupSecurityRuleArgs
            {
                NetworkSecurityGroupId = idOf(group),
                Direction = isIngress ? "INGRESS" : "EGRESS",
                Protocol = flow.Traffic.Protocol,
                Stateless = false,
                Description = flow.Why,
            };
            if (isIngress)
                (rule.Source, rule.SourceType) = target;
            else
                (rule.Destination, rule.DestinationType) = target;
            if (flow.Traffic.IcmpType is { } icmp)
                rule.IcmpOptions = new NetworkSecurityGroupSecurityRuleIcmpOptionsArgs { Type = icmp.Type, Code = icmp.Code };
            if (flow.Traffic is { FirstPort: { } first, LastPort: { } last })
            {
                rule.TcpOptions = new NetworkSecurityGroupSecurityRuleTcpOptionsArgs
                {
                    DestinationPortRange = new NetworkSecurityGroupSecurityRuleTcpOptionsDestinationPortRangeArgs
                    {
                        Min = first,
                        Max = last,
                    },
                };
            }

            _ = new NetworkSecurityGroupSecurityRule(
                $"{name}-{group.Slug()}-{(isIngress ? "from" : "to")}-{peer.Key}-{flow.Traffic.Key}",
                rule,
                new CustomResourceOptions { Parent = parent });
        }
    }
}
