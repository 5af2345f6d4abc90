using System.Net;
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
    private readonly int first = before.Split(';').Length;
    private readonly int count = urls?.Split(';').Length ?? 0;
    private int[]? ports;

    /// <summary>The addresses. Read them only once the host listens.</summary>
    public IReadOnlyList<string> All =>
        [.. (server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Skip(first).Take(count)];

    /// <summary>Whether a request came to one of them.</summary>
    public bool Include(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Include(context.Connection.LocalPort);
    }

    /// <summary>Whether a connection came to one of them.</summary>
    public bool Include(EndPoint? local) => local is IPEndPoint { Port: var port } && Include(port);

    private bool Include(int port)
    {
        if (ports is { } known)
            return known.Contains(port);
        // The server listens on one address after the other, and a request may come before it listens on the last.
        int[] found = [.. All.Select(PortOf)];
        if (found.Length == count)
            ports = found;
        return found.Contains(port);
    }

    private static int PortOf(string address) =>
        new Uri(address.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal)).Port;
}
