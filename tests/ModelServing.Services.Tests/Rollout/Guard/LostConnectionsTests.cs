using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class LostConnectionsTests
{
    [Fact]
    public void Connections_lost_to_one_endpoint_within_ten_seconds_are_one_failure()
    {
        var lost = new LostConnections();
        Assert.True(lost.IsFailure("10.0.0.1:8080", Seconds(100)));
        Assert.False(lost.IsFailure("10.0.0.1:8080", Seconds(100)));
        Assert.True(lost.IsFailure("10.0.0.2:8080", Seconds(101)));
        Assert.False(lost.IsFailure("10.0.0.1:8080", Seconds(109.999)));
        Assert.True(lost.IsFailure("10.0.0.1:8080", Seconds(110)));
        Assert.False(lost.IsFailure("10.0.0.1:8080", Seconds(111)));
    }

    [Fact]
    public void Expired_endpoints_make_room_and_beyond_the_bound_no_loss_is_a_failure()
    {
        var lost = new LostConnections();
        for (var i = 0; i < LostConnections.MaxEndpoints; i++)
            Assert.True(lost.IsFailure($"old-{i}", Seconds(i < 10 ? 0 : 5)));
        Assert.False(lost.IsFailure("new", Seconds(9)));
        Assert.True(lost.IsFailure("new", Seconds(10)));
        for (var i = 1; i < 10; i++)
            Assert.True(lost.IsFailure($"new-{i}", Seconds(10)));
        Assert.False(lost.IsFailure("one too many", Seconds(10)));
        Assert.True(lost.IsFailure("one too many", Seconds(15)));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
