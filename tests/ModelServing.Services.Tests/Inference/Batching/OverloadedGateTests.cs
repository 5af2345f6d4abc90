namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>When more requests come than can be answered, those that are admitted end in time, and the others are refused when they
/// come.</summary>
public sealed class OverloadedGateTests
{
    private const int Calls = 20_000;

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(2, 1, 5)]
    [InlineData(1, 32, 1)]
    [InlineData(2, 32, 1)]
    [InlineData(2, 32, 5)]
    [InlineData(4, 32, 32)]
    public void At_twice_the_rate_that_can_be_sustained_what_is_admitted_ends_in_time(int turns, int mostRows, int clients)
    {
        using var load = new SimulatedLoad(turns, mostRows, clients);
        var possible = load.Run(load: 2, Calls);
        // A forecast of random runs is sometimes wrong. Then nearly every call is refused while it still has time.
        Assert.InRange(load.RefusedLater, 0, Calls / 500);
        Assert.InRange(load.Late, 0, Calls / 4000);
        Assert.InRange(load.InTime, 0.95 * possible, Calls);
        Assert.Equal(Calls, load.InTime + load.Late + load.Refused + load.RefusedLater + load.MadeRoom);
        // Only in a full queue, and only for a client with fewer requests there.
        Assert.InRange(load.MadeRoom, 0, clients > 5 ? Calls / 10 : 0);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 32, 1)]
    [InlineData(2, 32, 5)]
    public void At_a_rate_that_can_be_sustained_none_is_refused(int turns, int mostRows, int clients)
    {
        using var load = new SimulatedLoad(turns, mostRows, clients);
        load.Run(load: 0.7, Calls);
        Assert.Equal((Calls, 0), (load.InTime, load.Refused));
    }
}
