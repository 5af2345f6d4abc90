using System.Net;
using ModelServing.Cache;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Cache;

/// <summary>A server of the Redis protocol for one test. It can be killed and restarted, empty, at the same address.</summary>
internal abstract class TestedCache : IAsyncDisposable
{
    private readonly List<CacheConnection> opened = [];

    internal abstract IPEndPoint Address { get; }

    internal abstract string Password { get; }

    internal virtual CacheSettings Settings => new() { Addresses = [Address.ToString()], Password = Password };

    /// <summary>Kills the server.</summary>
    internal abstract Task KillAsync();

    internal abstract Task RestartAsync();

    /// <summary>Opens a connection, as another program would.</summary>
    internal CacheConnection Open(CacheSettings? settings = null, CacheLimits? limits = null)
    {
        // On a busy machine, an answer may take longer than a router would wait.
        var connection = CacheConnection.Open(settings ?? Settings, limits ?? new CacheLimits { Answer = TimeSpan.FromSeconds(20) });
        opened.Add(connection);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in opened)
            await connection.DisposeAsync();
        await KillAsync();
        await CloseAsync();
    }

    private protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;
}
