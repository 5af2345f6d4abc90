using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModelServing.Hosting.Memory;

namespace ModelServing.Hosting.Connections;

/// <summary>Gives a server the limit of its connections.</summary>
public static class ConnectionLimits
{
    /// <summary>Adds the limit.</summary>
    /// <param name="builder">The server's builder.</param>
    /// <param name="most">The most connections; null for as many as the file handles and the memory of the process allow. No number allows
    /// more than the file handles do.</param>
    /// <param name="otherHandles">The file handles that the process needs beside those of every host.</param>
    public static void Add(WebApplicationBuilder builder, long? most = null, long otherHandles = 0)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddLogging();
        builder.Services.AddSingleton<RefusedRequests>();
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<ConnectionLimit>(
            services, new ConnectionCount(most, FileHandles.Limit() - otherHandles, ProcessMemory.Limit)));
        // The last factory that can bind an address is used.
        builder.Services.AddSingleton<IConnectionListenerFactory>(static services => new LimitedListenerFactory(
            ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), services.GetRequiredService<ConnectionLimit>()));
    }

    /// <summary>Lets the limit see which connections are in use. Must come before everything that answers.</summary>
    public static void Use(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(app.Services.GetRequiredService<ConnectionLimit>().Track);
    }
}
