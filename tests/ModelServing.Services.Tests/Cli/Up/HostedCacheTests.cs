using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Cli.Up;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up;

public sealed class HostedCacheTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_value_is_kept_however_many_others_are_written()
    {
        using var folder = new TemporaryFolder();
        using var cache = HostedCache.Start(folder.Combine("cache"));
        await using var connection = CacheConnection.Open(cache.Settings, new CacheLimits { Answer = TimeSpan.FromSeconds(60) });
        var (values, keys) = (new FeatureValues(connection), new FeatureKeys("dev", "cards", 1));
        var value = new byte[64 * 1024];
        new Random(1).NextBytes(value);
        // Three times the memory.
        for (var i = 0; i < 3072; i += 64)
        {
            await values.WriteAsync(
                [.. Enumerable.Range(i, 64).Select(entity => new FeatureWrite(keys.ForEntity($"{entity}"), value))],
                TimeSpan.FromHours(1),
                Token);
        }

        foreach (var entity in (int[])[0, 1, 500, 1000, 3071])
            Assert.Equal(value, Assert.Single(await values.ReadAsync([keys.ForEntity($"{entity}")], Token)));
    }
}
