using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>The address of a ready host.</summary>
/// <param name="Url">The address, such as <c>http://127.0.0.1:40001</c>.</param>
/// <param name="Process">The process identifier.</param>
internal sealed record HostAddress(Uri Url, int Process)
{
    /// <summary>The endpoint of a version that the host serves.</summary>
    internal EndpointEntry EntryOf(PublishedVersion version) => new(
        version.Model, version.Version, string.Create(CultureInfo.InvariantCulture, $"{Url.Host}:{Url.Port}"), Process);
}
