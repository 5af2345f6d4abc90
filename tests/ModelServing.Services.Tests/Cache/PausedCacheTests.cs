using ModelServing.Cache;
using ModelServing.Cache.Splitting;
using ModelServing.Services.Tests.Router;

namespace ModelServing.Services.Tests.Cache;

/// <summary>A cache that answers nothing for a while, on connections that stay open.</summary>
public sealed class PausedCacheTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_it_answers_again_it_is_available_again()
    {
        await using var redis = await TestedRedis.StartAsync();
        var connection = redis.Open(limits: new CacheLimits { Answer = TimeSpan.FromMilliseconds(500) });
        var states = new PublishedStates(connection, "dev");
        await RunningRouter.UntilAsync(AnswersAsync, "it answers");
        Assert.False(connection.State.IsUnavailable);
        await connection.QueryAsync(
            "test", static multiplexer => multiplexer.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", "2000", "ALL"), Token);
        await RunningRouter.UntilAsync(async () => !await AnswersAsync(), "a query gets no answer");
        Assert.True(connection.State.IsUnavailable);
        await RunningRouter.UntilAsync(AnswersAsync, "it answers again");
        Assert.False(connection.State.IsUnavailable);

        async Task<bool> AnswersAsync()
        {
            try
            {
                await states.ReadAsync(Token);
                return true;
            }
            catch (CacheException)
            {
                return false;
            }
        }
    }
}
