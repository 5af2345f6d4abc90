namespace ModelServing.Infra.Network;

public sealed class NetworkArgs : ComponentArgs
{
    /// <summary>The shortest prefix of a range that may reach a public cluster endpoint: 65,536 addresses.</summary>
    public const int WidestPublicPrefix = 16;

    /// <summary>The port that the routers' internal load balancer listens on.</summary>
    public required int RouterPort { get; init; }

    /// <summary>The port that it listens on for their admin API. Null, the default, if it does not.</summary>
    public int? RouterAdminPort { get; init; }

    /// <summary>The port that it listens on for the function TrafficSplitter. Null, the default, if it does not.</summary>
    public int? RouterSplitPort { get; init; }

    /// <summary>Whether the cluster's endpoint may have a public address. Its subnet is then public, and this cannot be changed later.
    /// False by default.</summary>
    public bool IsClusterEndpointPublic { get; init; }

    /// <summary>
    /// The addresses outside the cluster that may reach the Kubernetes API, each range at most 65,536 addresses wide. For a public
    /// endpoint: offices and pipelines. For a private one: machines in peered networks. None by default.
    /// </summary>
    public IReadOnlyList<string> ClusterEndpointAllowedCidrs { get; init; } = [];

    /// <summary>Whether nodes and pods reach the internet, through a NAT gateway and on port 443 only. False by default: they need only
    /// Oracle's services, which the service gateway reaches.</summary>
    public bool InternetEgress { get; init; }

    /// <summary>Whether only the pods in <see cref="NetworkComponent.EgressGroupId"/> reach the internet, and no node and no other pod.
    /// Used only with <see cref="InternetEgress"/>. False by default.</summary>
    public bool IsEgressByGroup { get; init; }

    /// <summary>The log of connections. Null, the default, for none.</summary>
    public FlowLogsArgs? FlowLogs { get; init; }

    /// <summary>The addresses of the whole network. <c>10.0.0.0/16</c> by default.</summary>
    public string VcnCidr { get; init; } = "10.0.0.0/16";

    /// <summary>The cluster endpoint's subnet. <c>10.0.0.0/28</c> by default: the endpoint takes only a few addresses.</summary>
    public string ClusterEndpointCidr { get; init; } = "10.0.0.0/28";

    /// <summary>The API Gateway's subnet, which is public. <c>10.0.1.0/26</c> by default.</summary>
    public string GatewayCidr { get; init; } = "10.0.1.0/26";

    /// <summary>The internal load balancer's subnet. <c>10.0.1.64/26</c> by default.</summary>
    public string LoadBalancerCidr { get; init; } = "10.0.1.64/26";

    /// <summary>The cache's subnet. <c>10.0.1.128/25</c> by default: room for 100 cache nodes, the largest possible number.</summary>
    public string CacheCidr { get; init; } = "10.0.1.128/25";

    /// <summary>The nodes' subnet. <c>10.0.2.0/24</c> by default: 253 nodes.</summary>
    public string NodeCidr { get; init; } = "10.0.2.0/24";

    /// <summary>The functions' subnet. <c>10.0.3.0/24</c> by default.</summary>
    public string FunctionCidr { get; init; } = "10.0.3.0/24";

    /// <summary>The pods' subnet. <c>10.0.32.0/19</c> by default: each VNIC of a node reserves 31 addresses, so there is room for
    /// 264 VNICs.</summary>
    public string PodCidr { get; init; } = "10.0.32.0/19";

    /// <summary>The subnet of a Bastion, which reaches the Kubernetes API. Null, the default, for none.</summary>
    public string? BastionCidr { get; init; }

    /// <summary>The subnet of a pipeline's machine, which reaches the Kubernetes API, Oracle's services and, on port 443, the internet.
    /// Null, the default, for none.</summary>
    public string? RunnerCidr { get; init; }

    /// <summary>The range of each subnet, by the security group that it belongs to.</summary>
    internal IReadOnlyDictionary<NetworkGroup, string> SubnetCidrs
    {
        get
        {
            var cidrs = new Dictionary<NetworkGroup, string>
            {
                [NetworkGroup.ClusterEndpoint] = ClusterEndpointCidr,
                [NetworkGroup.Nodes] = NodeCidr,
                [NetworkGroup.Pods] = PodCidr,
                [NetworkGroup.LoadBalancer] = LoadBalancerCidr,
                [NetworkGroup.Gateway] = GatewayCidr,
                [NetworkGroup.Functions] = FunctionCidr,
                [NetworkGroup.Cache] = CacheCidr,
            };
            if (RunnerCidr is not null)
                cidrs[NetworkGroup.Runner] = RunnerCidr;
            return cidrs;
        }
    }

    /// <summary>Whether there is <see cref="NetworkGroup.Egress"/>.</summary>
    internal bool HasEgressGroup => InternetEgress && IsEgressByGroup;

    /// <summary>Refuses ranges that do not fit together, and an endpoint that is open to too many addresses.</summary>
    internal NetworkArgs CheckedRanges()
    {
        if (RouterPort is < 1 or > 65535)
            throw new ArgumentException($"{nameof(RouterPort)} is {RouterPort}; a port is from 1 to 65535");
        if (RouterAdminPort is < 1 or > 65535 || RouterAdminPort == RouterPort)
        {
            throw new ArgumentException(
                $"{nameof(RouterAdminPort)} is {RouterAdminPort}; a port is from 1 to 65535 and must differ from {nameof(RouterPort)}");
        }

        if (RouterSplitPort is { } split && (split is < 1 or > 65535 || split == RouterPort || split == RouterAdminPort))
        {
            throw new ArgumentException(
                $"{nameof(RouterSplitPort)} is {RouterSplitPort}; a port is from 1 to 65535 and must differ from the routers' other ports");
        }

        FlowLogs?.Check();
        var vcn = AddressRange.Parse(VcnCidr, nameof(VcnCidr));
        var subnets = SubnetCidrs
            .Select(s => (Name: $"the {s.Key.Slug()} subnet", Range: AddressRange.Parse(s.Value, $"the {s.Key.Slug()} subnet")))
            .ToList();
        if (BastionCidr is not null)
            subnets.Add(("the bastion subnet", AddressRange.Parse(BastionCidr, "the bastion subnet")));
        for (var i = 0; i < subnets.Count; i++)
        {
            if (!AddressRange.Contains(vcn, subnets[i].Range))
                throw new ArgumentException($"{subnets[i].Name} {subnets[i].Range} is outside {nameof(VcnCidr)} {vcn}");
            if (subnets.Take(i).FirstOrDefault(s => s.Range.Overlaps(subnets[i].Range)) is { Name: { } other })
                throw new ArgumentException($"{subnets[i].Name} {subnets[i].Range} overlaps {other}");
        }

        foreach (var text in ClusterEndpointAllowedCidrs)
            AddressRange.ParseNarrow(text, nameof(ClusterEndpointAllowedCidrs));

        if (IsClusterEndpointPublic && ClusterEndpointAllowedCidrs.Count == 0)
        {
            throw new ArgumentException(
                $"the cluster's endpoint is public but {nameof(ClusterEndpointAllowedCidrs)} is empty, so no address could reach it");
        }

        return this;
    }
}
