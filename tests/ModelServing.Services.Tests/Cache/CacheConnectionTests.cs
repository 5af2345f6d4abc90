using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cache;

/// <summary>A cache that does not answer.</summary>
public class CacheConnectionTests
{
    private static readonly VersionTrial Trial = new(SomeEvents.Fraud, new ModelVersion(2), 1);

    [Fact]
    public async Task A_server_that_accepts_connections_but_never_answers_is_unavailable()
    {
        var silence = new TaskCompletionSource();
        await using var server = new RawServer(_ => silence.Task);
        await using (var connection = CacheConnection.Open(
            new CacheSettings { Addresses = [server.Address.ToString()] },
            new CacheLimits { Answer = TimeSpan.FromMilliseconds(200), Connect = TimeSpan.FromMilliseconds(200) }))
        {
            for (var i = 0; i < 3; i++)
            {
                var e =
                    await Assert.ThrowsAsync<CacheException>(
                        () => new TrialCounts(connection, "dev", Trial).ReadAsync(TestContext.Current.CancellationToken));
                Assert.StartsWith($"counts can't be read at the cache {server.Address}: ", e.Message, StringComparison.Ordinal);
            }

            Assert.True(connection.State.IsUnavailable);
        }

        silence.SetResult();
    }

    [Fact]
    public async Task An_unknown_host_name_is_unavailable()
    {
        await using var connection = CacheConnection.Open(
            new CacheSettings { Addresses = ["nowhere.invalid:6379"] },
            new CacheLimits { Answer = TimeSpan.FromSeconds(5), Connect = TimeSpan.FromMilliseconds(200) });
        await Assert.ThrowsAsync<CacheException>(
            () => new TrialCounts(connection, "dev", Trial).ReadAsync(TestContext.Current.CancellationToken));
        Assert.True(connection.State.IsUnavailable);
    }

    [Fact]
    public async Task A_canceled_query_throws_the_cancellation()
    {
        await using var connection = CacheConnection.Open(
            new CacheSettings { Addresses = [RawServer.NobodyThere().ToString()] },
            new CacheLimits { Answer = TimeSpan.FromMinutes(5), Connect = TimeSpan.FromMilliseconds(200) });
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new TrialCounts(connection, "dev", Trial).ReadAsync(source.Token));
    }

    [Theory]
    [InlineData("Dev")]
    [InlineData("")]
    [InlineData("a}b")]
    public void An_invalid_environment_name_is_refused(string name) => Assert.Throws<ArgumentException>(() => new CacheKeys(name, Trial));

    [Fact]
    public void All_keys_of_a_trial_are_in_one_slot()
    {
        var keys = new CacheKeys("dev", Trial);
        Assert.Equal(
            ["{ms:dev:fraud:2:1}:counts", "{ms:dev:fraud:2:1}:numbers", "{ms:dev:fraud:2:1}:keys"],
            [$"{keys.Counts}", $"{keys.Routers}", $"{keys.Keys}"]);
    }
}
