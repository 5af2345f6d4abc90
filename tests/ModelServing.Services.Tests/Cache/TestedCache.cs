using System.Net;
using ModelServing.Cache;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Cache;

/// <summary>A server of the Redis protocol for one test, which can go away and come back at the same address, empty.</summary>
internal abstract class TestedCache : IAsyncDisposable
{
    private readonly List<CacheConnection> opened = [];

    internal abstract IPEndPoint Address { get; }

    internal abstract string Password { get; }

    internal CacheSettings Settings => new() { Addresses = [Address.ToString()], Password = Password };

    /// <summary>Ends it without a word.</summary>
    internal abstract Task KillAsync();

    internal abstract Task RestartAsync();

    /// <summary>A connection as another program has.</summary>
    internal CacheConnection Open(CacheSettings? settings = null, CacheLimits? limits = null)
    {
        // On a busy machine an answer may take longer than any router would wait.
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
