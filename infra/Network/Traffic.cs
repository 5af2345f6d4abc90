namespace ModelServing.Infra.Network;

/// <summary>The protocol and ports of a flow.</summary>
/// <param name="Protocol">The number of the IP protocol, or <c>all</c>.</param>
/// <param name="FirstPort">The first destination port; null for any.</param>
/// <param name="LastPort">The last destination port.</param>
internal sealed record Traffic(string Protocol, int? FirstPort = null, int? LastPort = null)
{
    internal static Traffic All { get; } = new("all");

    /// <summary>ICMP 3,4, "fragmentation needed", with which two ends find the largest packet that gets through.</summary>
    internal static Traffic PathDiscovery { get; } = new("1");

    internal static Traffic Tcp(int first, int? last = null) => new("6", first, last ?? first);

    internal static Traffic AllTcp { get; } = new("6");

    /// <summary>The traffic's part in the name of a rule.</summary>
    internal string Key => this == All ? "all"
        : this == PathDiscovery ? "icmp"
        : this == AllTcp ? "tcp"
        : FirstPort == LastPort ? $"{FirstPort}"
        : $"{FirstPort}-{LastPort}";
}
