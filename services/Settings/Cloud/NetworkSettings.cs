using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The network.</summary>
public sealed record NetworkSettings
{
    /// <summary>The addresses of the network.</summary>
    [Setting("The addresses of the network, a /16: subnets are cut from it.", Pattern = "^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){2}0\\.0/16$", Form = "a /16 of IPv4 addresses", Example = "10.0.0.0/16")]
    public string Cidr { get; init; } = "10.0.0.0/16";

    /// <summary>Whether nodes and pods reach the internet.</summary>
    [Setting("Nodes and pods reach the internet, by a NAT gateway and on port 443. Without it they reach Oracle's services only. The routers need it where the keys of tokens are elsewhere; nothing else does.")]
    public bool InternetEgress { get; init; }
}
