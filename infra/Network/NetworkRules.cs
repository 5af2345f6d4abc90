using Pulumi;
using Pulumi.Oci.Core;
using Pulumi.Oci.Core.Inputs;

namespace ModelServing.Infra.Network;

/// <summary>Makes the security rules of a flow: one at each of its ends that is a group.</summary>
internal static class NetworkRules
{
    internal static void Add(Resource parent, string name, NetworkFlow flow, Func<NetworkGroup, Output<string>> idOf, Output<string> oracleServices)
    {
        if (flow.From is FlowEnd.OfGroup from)
            Rule(from.Group, isIngress: false, flow.To);
        if (flow.To is FlowEnd.OfGroup to)
            Rule(to.Group, isIngress: true, flow.From);

        void Rule(NetworkGroup of, bool isIngress, FlowEnd peer)
        {
            (Input<string> Address, string Type) at = peer switch
            {
                FlowEnd.OfGroup g => (idOf(g.Group), "NETWORK_SECURITY_GROUP"),
                FlowEnd.OfRange r => (r.Cidr, "CIDR_BLOCK"),
                FlowEnd.OfOracleServices => (oracleServices, "SERVICE_CIDR_BLOCK"),
                _ => throw new ArgumentOutOfRangeException(nameof(flow)),
            };
            var rule = new NetworkSecurityGroupSecurityRuleArgs
            {
                NetworkSecurityGroupId = idOf(of),
                Direction = isIngress ? "INGRESS" : "EGRESS",
                Protocol = flow.Traffic.Protocol,
                Stateless = false,
                Description = flow.Why,
            };
            if (isIngress)
                (rule.Source, rule.SourceType) = at;
            else
                (rule.Destination, rule.DestinationType) = at;
            if (flow.Traffic == Traffic.PathDiscovery)
                rule.IcmpOptions = new NetworkSecurityGroupSecurityRuleIcmpOptionsArgs { Type = 3, Code = 4 };
            if (flow.Traffic is { FirstPort: { } first, LastPort: { } last })
            {
                rule.TcpOptions = new NetworkSecurityGroupSecurityRuleTcpOptionsArgs
                {
                    DestinationPortRange = new NetworkSecurityGroupSecurityRuleTcpOptionsDestinationPortRangeArgs { Min = first, Max = last },
                };
            }

            _ = new NetworkSecurityGroupSecurityRule(
                $"{name}-{of.Slug()}-{(isIngress ? "from" : "to")}-{peer.Key}-{flow.Traffic.Key}", rule, new CustomResourceOptions { Parent = parent });
        }
    }
}
