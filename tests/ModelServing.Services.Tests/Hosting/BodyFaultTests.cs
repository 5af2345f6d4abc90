using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using ModelServing.Hosting;

namespace ModelServing.Services.Tests.Hosting;

/// <summary>Whether a body that can't be read is the caller's fault, and how it is answered, or the caller has left.</summary>
public class BodyFaultTests
{
    // The text is Kestrel's: it does not tell in another way that a connection ended within the body.
    private const string EndedEarly = "Unexpected end of request content.";

    [Theory]
    [InlineData(413, 413, "body-too-large")]
    [InlineData(408, 408, "body-late")]
    [InlineData(400, 400, "bad-request")]
    public void What_Kestrel_says_decides_the_answer(int status, int answer, string reason)
    {
        var (problem, detail) = BodyFault.Find(new BadHttpRequestException("why", status))!.Value;
        Assert.Equal((answer, reason, "why"), (problem.Status, problem.Reason, detail));
    }

    [Fact]
    public void A_body_that_Kestrel_only_fails_to_read_is_a_bad_request_and_any_other_failure_is_none()
    {
        var (problem, detail) = BodyFault.Find(new IOException("a chunk"))!.Value;
        Assert.Equal((400, CallerLeft.BrokenBody), (problem.Status, detail));
        Assert.Null(BodyFault.Find(new InvalidOperationException("ours")));
    }

    [Fact]
    public void A_caller_whose_connection_ended_has_left_and_one_whose_body_is_broken_has_not()
    {
        var context = new DefaultHttpContext();
        Assert.True(CallerLeft.IsShownBy(new BadHttpRequestException(EndedEarly, 400), context));
        Assert.True(CallerLeft.IsShownBy(new ConnectionResetException("reset"), context));
        Assert.False(CallerLeft.IsShownBy(new BadHttpRequestException("Bad chunk size data.", 400), context));
        Assert.False(CallerLeft.IsShownBy(new IOException("a chunk"), context));
        context.RequestAborted = new CancellationToken(canceled: true);
        Assert.True(CallerLeft.IsShownBy(new BadHttpRequestException("Bad chunk size data.", 400), context));
        Assert.True(CallerLeft.IsShownBy(new IOException("a chunk"), context));
        Assert.False(CallerLeft.IsShownBy(new InvalidOperationException("ours"), context));
    }
}
