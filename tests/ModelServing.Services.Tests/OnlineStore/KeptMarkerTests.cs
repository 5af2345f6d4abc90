using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.OnlineStore;
using ModelServing.Services.Tests.Cache;
using ModelServing.TestKit;
using StackExchange.Redis;

namespace ModelServing.Services.Tests.OnlineStore;

/// <summary>The marker of a view stays in the cache for as long as a process follows the log, however long ago the view was
/// filled.</summary>
public sealed class KeptMarkerTests() : FollowedCacheTests(TestedGarnet.StartAsync)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_marker_is_renewed_again_and_again(bool isFilledByAnother)
    {
        Append(1, 50);
        if (isFilledByAnother)
        {
            using var other = Follow();
            await FollowAsync(other);
        }

        var connection = Cache.Open();
        var view = new ViewStore(Engine, new FeatureValues(connection), "dev");
        using var folder = new TemporaryFolder();
        var time = new JumpingTime();
        using var follower = new ViewFollower(view, Log, folder.FullPath, time, NullLogger.Instance);
        await FollowAsync(follower);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await AskAsync(connection, (database, key) => database.KeyExpireAsync(key, Soon)));
            time.Jump(TimeSpan.FromMinutes(11));
            await follower.RoundAsync(Token);
            Assert.True(await AskAsync(connection, static (database, key) => database.KeyTimeToLiveAsync(key)) > TimeSpan.FromDays(3));
        }

        Task<T> AskAsync<T>(CacheConnection asked, Func<IDatabase, RedisKey, Task<T>> query) => asked.QueryAsync(
            "test", multiplexer => query(multiplexer.GetDatabase(), view.Keys.Marker.Redis), Token);
    }

    /// <summary>The machine's clock, of which the test skips a part.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        private long skipped;

        internal void Jump(TimeSpan time) => Interlocked.Add(ref skipped, (long)(time.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref skipped);
    }
}
