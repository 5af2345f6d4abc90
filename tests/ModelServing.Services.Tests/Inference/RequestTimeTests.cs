using Microsoft.AspNetCore.Http;
using ModelServing.Inference;
using ModelServing.Inference.Protocol;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

public class RequestTimeTests
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    private readonly SteppedTime time = new();

    [Theory]
    [InlineData(null, null, 60_000, false)]
    [InlineData("250", null, 250, false)]
    [InlineData("250", "1", 250, true)]
    [InlineData("250", "0", 250, false)]
    [InlineData(null, "1", 60_000, false)]
    [InlineData("600001", null, 600_000, false)]
    [InlineData("999999999999999999", null, 600_000, false)]
    public void It_is_the_requests_own_within_bounds(string? timeout, string? shortened, long milliseconds, bool isShortened)
    {
        var read = RequestTime.Read(Request(timeout, shortened), time.GetTimestamp(), Usual);
        Assert.Equal((milliseconds, isShortened), ((long)read.Limit.TotalMilliseconds, read.IsShortened));
        Assert.Equal(time.GetTimestamp() + (milliseconds * TimeSpan.TicksPerMillisecond), read.Deadline(time));
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("1", 0)]
    [InlineData("below=900", 900)]
    [InlineData("below=0", 0)]
    [InlineData("below=-1", 0)]
    [InlineData("below=", 0)]
    [InlineData("above=900", 0)]
    public void A_router_says_how_much_time_must_be_left_after_a_body(string? shortened, int milliseconds) => Assert.Equal(
        TimeSpan.FromMilliseconds(milliseconds), RequestTime.Read(Request("1000", shortened), time.GetTimestamp(), Usual).Least);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("")]
    [InlineData("5,5")]
    public void Any_other_form_is_the_callers_fault(string timeout) => Assert.StartsWith(
        $"X-Request-Timeout: it is '{timeout}'; it must be ",
        Assert.Throws<RequestFaultException>(() => RequestTime.Read(Request(timeout, null), 0, Usual)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_caller_has_waited_to_the_end_if_hardly_any_time_is_left()
    {
        var read = RequestTime.Read(Request("1000", null), time.GetTimestamp(), Usual);
        time.Advance(TimeSpan.FromMilliseconds(900));
        Assert.False(read.IsOver(time));
        Assert.Equal(TimeSpan.FromMilliseconds(100), read.Remaining(time));
        time.Advance(TimeSpan.FromMilliseconds(98));
        Assert.True(read.IsOver(time));
        time.Advance(TimeSpan.FromMilliseconds(98));
        Assert.Equal(TimeSpan.Zero, read.Remaining(time));
    }

    private static HttpRequest Request(string? timeout, string? shortened)
    {
        var request = new DefaultHttpContext().Request;
        if (timeout is not null)
            request.Headers["X-Request-Timeout"] = timeout;
        if (shortened is not null)
            request.Headers["X-Request-Timeout-Shortened"] = shortened;
        return request;
    }
}
