namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>When more requests come than can be answered, those that are admitted end in time, and the others are refused when they
/// come.</summary>
public sealed class AdmissionTests
{
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
        var possible = load.Run(load: 2, calls: 20_000);
        Assert.Fail($"came {load.Came}, in time {load.InTime} of {possible:0}, late {load.Late}, refused {load.Refused}, made room {load.MadeRoom}");
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 32, 1)]
    [InlineData(2, 32, 5)]
    public void At_a_rate_that_can_be_sustained_few_are_refused(int turns, int mostRows, int clients)
    {
        using var load = new SimulatedLoad(turns, mostRows, clients);
        load.Run(load: 0.7, calls: 20_000);
        Assert.Fail($"came {load.Came}, in time {load.InTime}, late {load.Late}, refused {load.Refused}, made room {load.MadeRoom}");
    }
}
