using System.Collections.Immutable;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Network;

/// <summary>Writes rendered rules of the network as text.</summary>
internal static class RuleText
{
    /// <summary>A rule as "GROUP in|out PEER PROTOCOL PORTS".</summary>
    internal static string From(Made rule)
    {
        var isIngress = rule.Has("direction", "INGRESS");
        var peer = rule.Text(isIngress ? "source" : "destination");
        peer = rule.Text(isIngress ? "sourceType" : "destinationType") switch
        {
            "NETWORK_SECURITY_GROUP" => Group(peer),
            "SERVICE_CIDR_BLOCK" => "oracle",
            _ => peer,
        };
        return $"{Group(rule.Text("networkSecurityGroupId"))} {(isIngress ? "in" : "out")} {peer} {Traffic()}";

        string Traffic() => rule.Text("protocol") switch
        {
            "all" => "all",
            "1" when !rule.Inputs.ContainsKey("icmpOptions") => "icmp",
            "1" => $"icmp {rule.Part("icmpOptions")["type"]},{rule.Part("icmpOptions")["code"]}",
            "6" when rule.Inputs.ContainsKey("tcpOptions") => Ports(rule.Part("tcpOptions").Map("destinationPortRange")),
            "6" => "tcp",
            var other => other,
        };

        static string Ports(ImmutableDictionary<string, object> range) =>
            range["min"].Equals(range["max"]) ? $"tcp {range["min"]}" : $"tcp {range["min"]}-{range["max"]}";

        static string Group(string id) => id["network-".Length..^"-id".Length];
    }
}
