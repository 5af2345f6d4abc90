using ModelServing.Clients;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Clients;

[Collection(RunningRouter.OneAtATime)]
public sealed class TokenKeySourceTests : IAsyncDisposable
{
    private readonly SteppedTime time = new();
    private readonly TokenIssuer issuer = new("a");
    private readonly SomeKeySource some;

    public TokenKeySourceTests() => some = new SomeKeySource(issuer, time);

    public async ValueTask DisposeAsync()
    {
        await some.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Fact]
    public async Task However_often_it_is_refreshed_it_fetches_once_in_the_least_period()
    {
        for (var i = 0; i < 100; i++)
            await some.Source.RefreshAsync();
        Assert.Equal(1, issuer.Fetches);
        time.Advance(TokenKeySource.LeastPeriod);
        for (var i = 0; i < 100; i++)
            await some.Source.RefreshAsync();
        Assert.Equal(2, issuer.Fetches);
    }

    [Fact]
    public async Task Unchanged_keys_stay_the_same_snapshot_and_changed_keys_make_a_new_one()
    {
        await some.Source.RefreshAsync();
        var first = some.Source.Current;
        Assert.NotNull(first);
        time.Advance(TokenKeySource.LeastPeriod);
        await some.Source.RefreshAsync();
        Assert.Same(first, some.Source.Current);
        issuer.Publish("b");
        issuer.Withdraw("a");
        time.Advance(TokenKeySource.LeastPeriod);
        await some.Source.RefreshAsync();
        Assert.Null(some.Source.Current!.Find("a"));
        Assert.NotNull(some.Source.Current.Find("b"));
    }

    [Theory]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nkeys")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"keys\":[]}")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")]
    [InlineData("no HTTP\r\n\r\n")]
    public async Task While_there_is_no_good_answer_the_last_keys_stay(string answer)
    {
        await some.Source.RefreshAsync();
        var first = some.Source.Current;
        issuer.Instead = answer;
        time.Advance(TokenKeySource.LeastPeriod);
        await some.Source.RefreshAsync();
        Assert.Equal(2, issuer.Fetches);
        Assert.NotNull(first);
        Assert.Same(first, some.Source.Current);
        Assert.Equal(1, some.Fetched);
    }

    [Fact]
    public async Task It_fetches_by_itself_soon_after_a_failure_and_regularly_after_that()
    {
        issuer.Instead = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
        some.Source.Start();
        await WaitingAsync(1);
        Assert.Null(some.Source.Current);
        issuer.Instead = null;
        time.Advance(TokenKeySource.LeastPeriod);
        await WaitingAsync(2);
        Assert.NotNull(some.Source.Current);
        time.Advance(TokenKeySource.Period - TimeSpan.FromSeconds(1));
        Assert.Equal(2, issuer.Fetches);
        time.Advance(TimeSpan.FromSeconds(1));
        await WaitingAsync(3);
    }

    // Waits until that many fetches are over and only the timer of the next one is left.
    private async Task WaitingAsync(int fetches)
    {
        await RunningRouter.UntilAsync(() => issuer.Fetches == fetches, $"{fetches} fetches were made");
        // It is too early for another fetch, so this waits for the one in progress.
        await some.Source.RefreshAsync();
        await RunningRouter.UntilAsync(() => time.Waiting == 1, "the next fetch waits for its time");
    }
}
