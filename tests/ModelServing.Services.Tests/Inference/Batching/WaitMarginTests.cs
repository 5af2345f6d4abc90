using ModelServing.Inference.Batching;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>The margin of a forecast follows what is measured.</summary>
public sealed class WaitMarginTests
{
    // A call with a run of 10 that has 200.
    private const int Run = 10;
    private const int Had = 200;

    private readonly WaitMargin margin = new();

    [Fact]
    public void Calls_that_come_too_late_make_it_larger_up_to_a_limit()
    {
        Assert.Equal(1.5, margin.Value);
        Ended(wait: 20, took: Had + 1);
        Assert.InRange(margin.Value, 1.55, 2);
        for (var i = 0; i < 1000; i++)
            Ended(wait: 20, took: Had + 1);
        Assert.Equal(5, margin.Value);
    }

    [Fact]
    public void One_call_in_a_thousand_may_wait_longer_than_the_margin()
    {
        var random = new Random(1);
        // The waits are up to 2.5 times as long as forecast, and those of a thousandth are three times as long.
        for (var i = 0; i < 400_000; i++)
            Ended(wait: 60, took: Run + (random.Next(1000) == 0 ? 180 : random.Next(60, 150)));
        Assert.InRange(margin.Value, 2.3, 3.2);
    }

    [Fact]
    public void When_calls_end_as_forecast_it_returns_to_the_least()
    {
        for (var i = 0; i < 20; i++)
            Ended(wait: 20, took: Had + 1);
        for (var i = 0; i < 100_000; i++)
            Ended(wait: 60, took: 60);
        Assert.Equal(1.5, margin.Value);
    }

    [Fact]
    public void Short_waits_and_versions_that_are_too_slow_say_nothing()
    {
        // Ten times as long as forecast, and far within its time.
        for (var i = 0; i < 100; i++)
            Ended(wait: 1, took: Run + 10);
        // The run alone takes longer than the call has.
        for (var i = 0; i < 100; i++)
            margin.Ended(new Forecast(1, 5, Had + 1), Had + 100, Had);
        Assert.Equal(1.5, margin.Value);
    }

    private void Ended(int wait, int took) => margin.Ended(new Forecast(1, wait, Run), took, Had);
}
