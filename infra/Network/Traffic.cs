namespace ModelServing.Infra.Network;

/// <summary>The protocol and ports of a flow.</summary>
/// <param name="Protocol">The number of the IP protocol, or <c>all</c>.</param>
/// <param name="FirstPort">The first destination port; null for any.</param>
/// <param name="LastPort">The last destination port.</param>
/// <param name="IcmpType">The type and the code of ICMP; null for any.</param>
internal sealed record Traffic(string Protocol, int? FirstPort = null, int? LastPort = null, (int Type, int Code)? IcmpType = null)
{
    internal static Traffic All { get; } = new("all");

    /// <summary>ICMP of every type.</summary>
    internal static Traffic Icmp { get; } = new("1");

    /// <summary>ICMP 3,4, "fragmentation needed", with which two ends find the largest packet that gets through.</summary>
    internal static Traffic PathDiscovery { get; } = new("1", IcmpType: (3, 4));

    internal static Traffic Tcp(int first, int? last = null) => new("6", first, last ?? first);

    internal static Traffic AllTcp { get; } = new("6");

    /// <summary>The traffic's part in the name of a rule.</summary>
    internal string Key => this == All ? "all"
        : this == PathDiscovery ? "icmp"
        : this == Icmp ? "icmp-all"
        : this == AllTcp ? "tcp"
        : FirstPort == LastPort ? $"{FirstPort}"
        : $"{FirstPort}-{LastPort}";
}
