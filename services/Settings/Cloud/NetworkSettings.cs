using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record NetworkSettings
{
    [Setting(
        "The address range of the network, a /16. The subnets are parts of it.",
        Pattern = "^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){2}0\\.0/16$",
        Form = "a /16 of IPv4 addresses",
        Example = "10.0.0.0/16")]
    public string Cidr { get; init; } = "10.0.0.0/16";

    [Setting(
        "Whether pods reach the internet, through a NAT gateway and on port 443 only. If not, they reach only Oracle's services. The "
        + "routers need this if the keys of tokens are elsewhere; nothing else does. With `cluster.routerNodes`, only they have it.")]
    public bool InternetEgress { get; init; }

    [Setting("The log of the network's connections (VCN flow logs). By default, there is no such log.")]
    public FlowLogSettings? FlowLogs { get; init; }
}
