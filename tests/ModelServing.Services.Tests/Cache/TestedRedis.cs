using System.Net;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cache;

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
