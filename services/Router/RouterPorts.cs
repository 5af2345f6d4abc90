using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Router;

/// <summary>Tells the router's ports apart: that of the models, that of the admin API, and that of the function TrafficSplitter.</summary>
internal sealed class RouterPorts
{
    private readonly RouterSettings settings;
    private readonly IServer server;

    // A port that is configured as 0 is known once the server listens.
    private volatile int[] admin;
    private volatile int[] split;

    public RouterPorts(RouterSettings settings, IServer server)
    {
        this.settings = settings;
        this.server = server;
        admin = [.. PartsOf(settings.AdminUrls).Select(PortOf)];
        split = [.. PartsOf(settings.SplitUrls).Select(PortOf)];
    }

    /// <summary>The addresses of the admin API, once the server listens.</summary>
    internal IReadOnlyList<string> AdminAddresses { get; private set; } = [];

    /// <summary>The addresses for the function, once the server listens.</summary>
    internal IReadOnlyList<string> SplitAddresses { get; private set; } = [];

    internal bool IsAdmin(HttpContext context) => admin.Contains(context.Connection.LocalPort);

    internal bool IsSplit(HttpContext context) => split.Contains(context.Connection.LocalPort);

    /// <summary>Reads the addresses that the server listens on. They are in the order of <see cref="RouterSettings.AllUrls"/>.</summary>
    internal void Read()
    {
        var rest = (server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Skip(PartsOf(settings.Urls).Length).ToList();
        var admins = PartsOf(settings.AdminUrls).Length;
        AdminAddresses = [.. rest.Take(admins)];
        SplitAddresses = [.. rest.Skip(admins)];
        admin = [.. AdminAddresses.Select(PortOf)];
        split = [.. SplitAddresses.Select(PortOf)];
    }

    private static string[] PartsOf(string? urls) => urls?.Split(';') ?? [];

    private static int PortOf(string address) =>
        new Uri(address.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal)).Port;
}
