using System.Net;

namespace ModelServing.Infra.Network;

/// <summary>Checks of IPv4 address ranges in CIDR notation.</summary>
internal static class AddressRange
{
    /// <summary>The whole internet.</summary>
    internal const string World = "0.0.0.0/0";

    /// <summary>Reads a range.</summary>
    /// <exception cref="ArgumentException">It is none; the message names <paramref name="what"/>.</exception>
    internal static IPNetwork Parse(string text, string what) =>
        IPNetwork.TryParse(text, out var range) && range.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            ? range
            : throw new ArgumentException($"{what} '{text}' is no range of IPv4 addresses, as in 10.0.0.0/16");

    /// <summary>True when <paramref name="inner"/> lies in <paramref name="outer"/>.</summary>
    internal static bool Contains(this IPNetwork outer, IPNetwork inner) =>
        inner.PrefixLength >= outer.PrefixLength && outer.Contains(inner.BaseAddress);

    /// <summary>True when some address is in both.</summary>
    internal static bool Overlaps(this IPNetwork one, IPNetwork other) => one.Contains(other) || other.Contains(one);
}
