namespace ModelServing.Infra;

/// <summary>One end of a flow: a group, a range of addresses, or Oracle's services as the service gateway reaches them.</summary>
internal abstract record FlowEnd
{
    /// <summary>What stands in the name of a rule.</summary>
    internal abstract string Key { get; }

    /// <summary>All with one network security group.</summary>
    internal sealed record OfGroup(NetworkGroup Group) : FlowEnd
    {
        internal override string Key => Group.Slug();
    }

    /// <summary>A range of addresses.</summary>
    internal sealed record OfRange(string Cidr) : FlowEnd
    {
        internal override string Key => Cidr == AddressRange.World ? "world" : Cidr.Replace('/', '-');
    }

    /// <summary>Oracle's services in this region.</summary>
    internal sealed record OfOracleServices : FlowEnd
    {
        internal override string Key => "oracle-services";
    }

    public static implicit operator FlowEnd(NetworkGroup group) => new OfGroup(group);
}

/// <summary>What a flow carries.</summary>
/// <param name="Protocol">The number of the IP protocol as text, or <c>all</c>.</param>
/// <param name="FirstPort">The first destination port; null is any.</param>
/// <param name="LastPort">The last destination port.</param>
internal sealed record Traffic(string Protocol, int? FirstPort = null, int? LastPort = null)
{
    internal static Traffic All { get; } = new("all");

    /// <summary>ICMP 3,4: "fragmentation needed", by which two ends find the size of a packet.</summary>
    internal static Traffic PathDiscovery { get; } = new("1");

    internal static Traffic Tcp(int first, int? last = null) => new("6", first, last ?? first);

    internal static Traffic AllTcp { get; } = new("6");

    internal string Key => this == All ? "all" : this == PathDiscovery ? "icmp" : this == AllTcp ? "tcp" : FirstPort == LastPort ? $"{FirstPort}" : $"{FirstPort}-{LastPort}";
}

/// <summary>
/// Who may open a connection to whom: an egress rule in the group that it leaves and an ingress rule in the one that it enters. Rules
/// are stateful, so an answer needs none.
/// </summary>
/// <param name="From">Who opens it.</param>
/// <param name="To">Who takes it.</param>
/// <param name="Traffic">What it carries.</param>
/// <param name="Why">What it is for.</param>
internal sealed record NetworkFlow(FlowEnd From, FlowEnd To, Traffic Traffic, string Why);

/// <summary>How a group is written in names.</summary>
internal static class NetworkGroupNames
{
    internal static string Slug(this NetworkGroup group) => group switch
    {
        NetworkGroup.ClusterEndpoint => "cluster-endpoint",
        NetworkGroup.Nodes => "nodes",
        NetworkGroup.Pods => "pods",
        NetworkGroup.LoadBalancer => "load-balancer",
        NetworkGroup.Gateway => "gateway",
        NetworkGroup.Functions => "functions",
        NetworkGroup.Cache => "cache",
        _ => throw new ArgumentOutOfRangeException(nameof(group)),
    };
}
