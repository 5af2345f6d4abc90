using Microsoft.AspNetCore.Http;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Clients;

public class TokenLimitersTests
{
    private readonly SteppedTime time = new();

    [Fact]
    public void Each_client_has_a_limit_of_its_own()
    {
        var limiters = new TokenLimiters(new ClientLimit(1, 1), time);
        Assert.True(Passes(limiters, "a"));
        Assert.False(Passes(limiters, "a"));
        Assert.True(Passes(limiters, "b"));
    }

    [Fact]
    public void The_table_is_bounded_and_clients_without_room_share_one_limit()
    {
        var limiters = new TokenLimiters(new ClientLimit(0.001m, 2), time, maxClients: 10);
        for (var i = 0; i < 10; i++)
            Assert.True(Passes(limiters, $"{i}"));
        Assert.Equal(2, Enumerable.Range(100, 1000).Count(i => Passes(limiters, $"{i}")));
        Assert.Equal(10, limiters.Count);
        Assert.True(Passes(limiters, "0"));
        Assert.False(Passes(limiters, "0"));
    }

    [Fact]
    public void Idle_clients_make_room_and_the_others_keep_their_usage()
    {
        var limiters = new TokenLimiters(new ClientLimit(1, 2), time, maxClients: 2);
        Assert.True(Passes(limiters, "idle"));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Passes(limiters, "busy"));
        Assert.True(Passes(limiters, "busy"));
        Assert.True(Passes(limiters, "new"));
        Assert.True(Passes(limiters, "new"));
        Assert.Equal(2, limiters.Count);
        Assert.False(Passes(limiters, "busy"));
        // 'new' has a limit of its own, not the shared one.
        Assert.False(Passes(limiters, "new"));
        Assert.True(Passes(limiters, "other"));
    }

    private static bool Passes(TokenLimiters limiters, string client) =>
        limiters.LimiterOf(client).Count(new HeaderDictionary()) is null;
}
