using ModelServing.Inference.Reporting;

namespace ModelServing.Services.Tests.Inference.Reporting;

public class CountWindowTests
{
    [Fact]
    public void What_is_older_than_an_hour_leaves_and_nothing_younger_than_fifty_minutes_does()
    {
        var window = new CountWindow([[0], [0, 0]]);
        // One a minute in one counter, and a hundred in the first minute in another.
        const long First = 29_000_003;
        for (var minute = 0; minute < 500; minute++)
        {
            var taken = window.Take(First + minute, [[minute + 1], [100, 0]]);
            Assert.Equal([1, 2], taken.Select(static counters => counters.Length));
            if (minute < 50)
                Assert.Equal(minute + 1, taken[0][0]);
            else
                Assert.InRange(taken[0][0], 50, 60);
            if (minute < 50)
                Assert.Equal(100, taken[1][0]);
            else if (minute > 60)
                Assert.Equal(0, taken[1][0]);
            Assert.Equal(0, taken[1][1]);
        }
    }

    [Fact]
    public void A_pause_removes_nothing_that_was_not_reported_once()
    {
        var window = new CountWindow([[0]]);
        Assert.Equal(5, window.Take(100, [[5]])[0][0]);
        // Nothing was reported for hours, as on a machine that slept.
        Assert.Equal(9, window.Take(5000, [[9]])[0][0]);
    }
}
