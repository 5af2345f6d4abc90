namespace ModelServing.Infra.Network;

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
