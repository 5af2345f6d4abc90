namespace ModelServing.Infra.Network;

/// <summary>What <see cref="NetworkComponent"/> is given.</summary>
public sealed class NetworkArgs : ComponentArgs
{
    /// <summary>The shortest prefix of a range that may reach a public cluster endpoint: 65,536 addresses.</summary>
    public const int WidestPublicPrefix = 16;

    /// <summary>The port that the routers' internal load balancer listens on.</summary>
    public required int RouterPort { get; init; }

    /// <summary>The port that it listens on for their admin API; null, the default, where it does not.</summary>
    public int? RouterAdminPort { get; init; }

    /// <summary>Whether the cluster's endpoint may have a public address: its subnet then is a public one, for good. False by default.</summary>
    public bool IsClusterEndpointPublic { get; init; }

    /// <summary>
    /// Who reaches the Kubernetes API beside the cluster itself. For a public endpoint: the offices and pipelines, each range at most
    /// 65,536 addresses wide. For a private one: where a Bastion session or a runner stands. None by default.
    /// </summary>
    public IReadOnlyList<string> ClusterEndpointAllowedCidrs { get; init; } = [];

    /// <summary>Whether nodes and pods reach the internet, by a NAT gateway and on port 443 only. False by default: all that they need
    /// comes from Oracle's services, which the service gateway reaches.</summary>
    public bool InternetEgress { get; init; }

    /// <summary>The addresses of it all. <c>10.0.0.0/16</c> by default.</summary>
    public string VcnCidr { get; init; } = "10.0.0.0/16";

    /// <summary>The cluster endpoint's subnet. <c>10.0.0.0/28</c> by default: the endpoint takes a few addresses only.</summary>
    public string ClusterEndpointCidr { get; init; } = "10.0.0.0/28";

    /// <summary>The API Gateway's subnet, the one public one. <c>10.0.1.0/26</c> by default.</summary>
    public string GatewayCidr { get; init; } = "10.0.1.0/26";

    /// <summary>The internal load balancer's subnet. <c>10.0.1.64/26</c> by default.</summary>
    public string LoadBalancerCidr { get; init; } = "10.0.1.64/26";

    /// <summary>The cache's subnet. <c>10.0.1.128/25</c> by default: room for 100 cache nodes, the most that there can be.</summary>
    public string CacheCidr { get; init; } = "10.0.1.128/25";

    /// <summary>The nodes' subnet. <c>10.0.2.0/24</c> by default: 253 nodes.</summary>
    public string NodeCidr { get; init; } = "10.0.2.0/24";

    /// <summary>The functions' subnet. <c>10.0.3.0/24</c> by default.</summary>
    public string FunctionCidr { get; init; } = "10.0.3.0/24";

    /// <summary>The pods' subnet. <c>10.0.32.0/19</c> by default: 31 addresses are held for each VNIC of a node, so 264 of those.</summary>
    public string PodCidr { get; init; } = "10.0.32.0/19";

    /// <summary>The subnets' ranges by the group of what stands there.</summary>
    internal IReadOnlyDictionary<NetworkGroup, string> SubnetCidrs => new Dictionary<NetworkGroup, string>
    {
        [NetworkGroup.ClusterEndpoint] = ClusterEndpointCidr,
        [NetworkGroup.Nodes] = NodeCidr,
        [NetworkGroup.Pods] = PodCidr,
        [NetworkGroup.LoadBalancer] = LoadBalancerCidr,
        [NetworkGroup.Gateway] = GatewayCidr,
        [NetworkGroup.Functions] = FunctionCidr,
        [NetworkGroup.Cache] = CacheCidr,
    };

    /// <summary>Refuses ranges that can't be, and an endpoint that is open to too many.</summary>
    internal NetworkArgs CheckedRanges()
    {
        if (RouterPort is < 1 or > 65535)
            throw new ArgumentException($"{nameof(RouterPort)} is {RouterPort}; a port is from 1 to 65535");
        if (RouterAdminPort is < 1 or > 65535 || RouterAdminPort == RouterPort)
            throw new ArgumentException($"{nameof(RouterAdminPort)} is {RouterAdminPort}; a port is from 1 to 65535, and another than {nameof(RouterPort)}");
        var vcn = AddressRange.Parse(VcnCidr, nameof(VcnCidr));
        var subnets = SubnetCidrs.Select(s => (Name: $"the {s.Key.Slug()} subnet", Range: AddressRange.Parse(s.Value, $"the {s.Key.Slug()} subnet"))).ToList();
        for (var i = 0; i < subnets.Count; i++)
        {
            if (!AddressRange.Contains(vcn, subnets[i].Range))
                throw new ArgumentException($"{subnets[i].Name} {subnets[i].Range} lies outside of {nameof(VcnCidr)} {vcn}");
            if (subnets.Take(i).FirstOrDefault(s => s.Range.Overlaps(subnets[i].Range)) is { Name: { } other })
                throw new ArgumentException($"{subnets[i].Name} {subnets[i].Range} overlaps {other}");
        }

        foreach (var text in ClusterEndpointAllowedCidrs)
        {
            var range = AddressRange.Parse(text, nameof(ClusterEndpointAllowedCidrs));
            if (range.PrefixLength < WidestPublicPrefix)
                throw new ArgumentException($"{nameof(ClusterEndpointAllowedCidrs)} has {text}: wider than /{WidestPublicPrefix} is next to the whole internet");
        }

        if (IsClusterEndpointPublic && ClusterEndpointAllowedCidrs.Count == 0)
            throw new ArgumentException($"the cluster's endpoint is public and {nameof(ClusterEndpointAllowedCidrs)} is empty: nobody would reach it");
        return this;
    }
}
