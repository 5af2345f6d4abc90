using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace ModelServing.Hosting;

/// <summary>The addresses on which a host listens besides <see cref="Contracts.HostSettings.Urls"/>, for paths that clients do not
/// reach.</summary>
/// <param name="server">The server. A port that is configured as 0 is known once it listens.</param>
/// <param name="before">The host's addresses that come before these, in the form of its settings.</param>
/// <param name="urls">These, in the same form; null for none.</param>
public sealed class FurtherAddresses(IServer server, string before, string? urls)
{
    private readonly Lazy<IReadOnlyList<string>> addresses = new(() =>
        [
            .. (server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
                .Skip(before.Split(';').Length).Take(urls?.Split(';').Length ?? 0),
        ]);

    private int[]? ports;

    /// <summary>The addresses. Read them only once the host listens.</summary>
    public IReadOnlyList<string> All => addresses.Value;

    /// <summary>Whether a request came to one of them.</summary>
    public bool Include(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return (ports ??= [.. All.Select(PortOf)]).Contains(context.Connection.LocalPort);
    }

    private static int PortOf(string address) =>
        new Uri(address.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal)).Port;
}
