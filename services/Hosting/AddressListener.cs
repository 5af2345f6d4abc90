using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>Listens on addresses, as in <c>http://127.0.0.1:8080</c>.</summary>
/// <param name="urls">The addresses, separated by ';'.</param>
public sealed class AddressListener(string urls) : IHostListener
{
    public bool HasOperations => true;

    public void Listen(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Check();
        builder.WebHost.UseUrls(urls);
    }

    public string? Explain(Exception e) => e is SocketException or IOException { InnerException: AddressInUseException }
        ? $"can't listen on {urls}: {(e.InnerException ?? e).Message.TrimEnd('.')}. Use another address in " +
            $"{HostSettings.UrlsVariable}, or stop the program that uses this one."
        : null;

    // Kestrel would throw for these only when it starts, each in its own way.
    private void Check()
    {
        foreach (var url in urls.Split(';'))
        {
            if (FaultOf(url) is { } fault)
            {
                throw new ContractException(
                    $"the environment variable {HostSettings.UrlsVariable} has '{url}': {fault}; it must be an address as in " +
                        $"http://127.0.0.1:8080, or several separated by ';'");
            }
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
