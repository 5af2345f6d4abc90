using Microsoft.Extensions.DependencyInjection;

namespace ModelServing.Clients;

/// <summary>Adds the admission of clients to a host. The host adds its <see cref="IClientMetrics"/>.</summary>
public static class ClientServices
{
    /// <param name="services">The host's services.</param>
    /// <param name="path">The path of the clients document; null for none: then every client is a caller without a rate limit.</param>
    /// <param name="connect">Opens the connections to the issuers of tokens; null does it as usual.</param>
    public static void Add(
        IServiceCollection services,
        string? path,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null)
    {
        services.AddSingleton(new ClientTableHolder(isOpen: path is null));
        services.AddSingleton<Admission>();
        if (path is null)
            return;
        services.AddSingleton(provider => new TokenKeyClient(provider.GetRequiredService<TimeProvider>(), connect));
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ClientsFollower>(provider, path));
    }
}
