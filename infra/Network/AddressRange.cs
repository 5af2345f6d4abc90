using System.Net;

namespace ModelServing.Infra.Network;

/// <summary>Checks IPv4 address ranges in CIDR notation.</summary>
internal static class AddressRange
{
    /// <summary>The whole internet.</summary>
    internal const string World = "0.0.0.0/0";

    /// <exception cref="ArgumentException">It is not a range; the message names <paramref name="what"/>.</exception>
    internal static IPNetwork Parse(string text, string what) =>
        IPNetwork.TryParse(text, out var range) && range.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            ? range
            : throw new ArgumentException($"{what} '{text}' is not a range of IPv4 addresses such as 10.0.0.0/16");

    /// <summary>Parses a range that may be allowed in from outside.</summary>
    /// <exception cref="ArgumentException">It is not a range, or wider than <see cref="NetworkArgs.WidestPublicPrefix"/>.</exception>
    internal static IPNetwork ParseNarrow(string text, string what)
    {
        var range = Parse(text, what);
        return range.PrefixLength >= NetworkArgs.WidestPublicPrefix
            ? range
            : throw new ArgumentException($"{what} has {text}; a range may not be wider than /{NetworkArgs.WidestPublicPrefix}");
    }

    internal static bool Contains(this IPNetwork outer, IPNetwork inner) =>
        inner.PrefixLength >= outer.PrefixLength && outer.Contains(inner.BaseAddress);

    internal static bool Overlaps(this IPNetwork one, IPNetwork other) => one.Contains(other) || other.Contains(one);
}
