using System.Net;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cache;

/// <summary>Three redis-servers as a cluster.</summary>
internal sealed class TestedCluster : TestedCache
{
    private readonly RedisCluster cluster;

    private TestedCluster(RedisCluster cluster) => this.cluster = cluster;

    internal override IPEndPoint Address => cluster.Servers[0].Address;

    internal override string Password => cluster.Servers[0].Password;

    internal override CacheSettings Settings => new()
    {
        Addresses = [.. cluster.Servers.Select(static server => server.Address.ToString())],
        Password = Password,
    };

    internal static async Task<TestedCache> StartAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.Missing);
        return new TestedCluster(await RedisCluster.StartAsync());
    }

    internal override Task KillAsync() => cluster.KillAsync();

    internal override Task RestartAsync() => cluster.RestartAsync();

    private protected override ValueTask CloseAsync() => cluster.DisposeAsync();
}
