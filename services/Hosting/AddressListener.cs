using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>Listens on the addresses of a host's settings, as in <c>http://127.0.0.1:8080</c>.</summary>
public sealed class AddressListener(HostSettings settings) : IHostListener
{
    private static readonly string GrpcVariable = HostEnvironment.NameOf(nameof(RouterSettings.GrpcUrls));

    public bool HasOperations => true;

    public void Listen(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        List<(BindingAddress Address, HttpProtocols Protocols)> addresses =
        [
            .. Parse(settings.AllUrls, HostSettings.UrlsVariable).Select(static address => (address, HttpProtocols.Http1)),
            .. Parse(settings.Http2Urls, GrpcVariable).Select(static address => (address, HttpProtocols.Http2)),
        ];
        // After what the host says about all of its endpoints.
        builder.Services.PostConfigure<KestrelServerOptions>(kestrel =>
        {
            foreach (var (address, protocols) in addresses)
                Listen(kestrel, address, listen => listen.Protocols = protocols);
        });
    }

    public string? Explain(Exception e)
    {
        if (e is not (SocketException or IOException { InnerException: AddressInUseException }))
            return null;
        var (urls, variables) = settings.Http2Urls is { } more
            ? ($"{settings.AllUrls};{more}", $"{HostSettings.UrlsVariable} or {GrpcVariable}")
            : (settings.AllUrls, HostSettings.UrlsVariable);
        return $"can't listen on {urls}: {(e.InnerException ?? e).Message.TrimEnd('.')}. Use another address in {variables}, or stop the " +
            "program that uses this one.";
    }

    private static void Listen(KestrelServerOptions kestrel, BindingAddress address, Action<ListenOptions> configure)
    {
        if (address.IsUnixPipe)
            kestrel.ListenUnixSocket(address.UnixPipePath, configure);
        else if (address.Host == "localhost")
            kestrel.ListenLocalhost(address.Port, configure);
        else if (IPAddress.TryParse(address.Host, out var ip))
            kestrel.Listen(ip, address.Port, configure);
        else
            kestrel.ListenAnyIP(address.Port, configure);
    }

    // Kestrel would throw for these only when it starts, each in its own way.
    private static IEnumerable<BindingAddress> Parse(string? urls, string variable)
    {
        foreach (var url in urls?.Split(';') ?? [])
        {
            if (FaultOf(url) is { } fault)
            {
                throw new ContractException(
                    $"the environment variable {variable} has '{url}': {fault}; it must be an address as in http://127.0.0.1:8080, or " +
                        "several separated by ';'");
            }

            yield return BindingAddress.Parse(url);
        }
    }

    private static string? FaultOf(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return "it is not an address";
        }

        if (address.Scheme != Uri.UriSchemeHttp)
            return "a host speaks only http; TLS ends in front of it";
        if (address.PathBase.Length > 0)
            return "a path has no meaning here";
        if (address is { Host: "localhost", Port: 0 })
            return "localhost is more than one address, and they cannot share a free port: write http://127.0.0.1:0";
        if (!address.IsUnixPipe && address.Port is < 0 or > 65535)
            return "a port is from 0 to 65535";
        return !address.IsUnixPipe && address.Host is not ("localhost" or "*" or "+") && !IPAddress.TryParse(address.Host, out _)
            ? $"'{address.Host}' is not an IP address, localhost or *, and Kestrel would listen on every address for it"
            : null;
    }
}
