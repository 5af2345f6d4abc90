using System.Net;
using Garnet;
using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.TestKit;

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

/// <summary>Garnet in this process, as <c>ms up</c> has it.</summary>
internal sealed class TestedGarnet : TestedCache
{
    private GarnetServer? server;

    private TestedGarnet()
    {
    }

    internal override IPEndPoint Address { get; } = RawServer.NobodyThere();

    internal override string Password { get; } = Guid.NewGuid().ToString("N");

    internal static async Task<TestedCache> StartAsync()
    {
        var garnet = new TestedGarnet();
        await garnet.RestartAsync();
        return garnet;
    }

    internal override Task KillAsync()
    {
        server?.Dispose();
        server = null;
        return Task.CompletedTask;
    }

    internal override Task RestartAsync()
    {
        server = new GarnetServer(["--bind", $"{Address.Address}", "--port", $"{Address.Port}", "--auth", "Password", "--password", Password, "--memory", "64m", "--page", "1m", "--segment", "64m", "--index", "1m"]);
        server.Start();
        return Task.CompletedTask;
    }
}

/// <summary>redis-server as a process.</summary>
internal sealed class TestedRedis : TestedCache
{
    private readonly RedisServer server;

    private TestedRedis(RedisServer server) => this.server = server;

    internal override IPEndPoint Address => server.Address;

    internal override string Password => server.Password;

    internal static async Task<TestedCache> StartAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.Missing);
        return new TestedRedis(await RedisServer.StartAsync());
    }

    internal override Task KillAsync() => server.KillAsync();

    internal override Task RestartAsync() => server.RestartAsync();

    private protected override ValueTask CloseAsync() => server.DisposeAsync();
}
