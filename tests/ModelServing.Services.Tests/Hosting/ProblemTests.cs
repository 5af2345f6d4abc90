using System.Text.Json;
using CsCheck;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Services.Tests.Hosting;

public class ProblemTests
{
    private static readonly Problem NoEndpoint = new(503, "no-endpoint", "No endpoint is ready");

    [Fact]
    public async Task A_problem_has_the_members_of_problem_details_and_the_protocols_error()
    {
        var context = Context();
        await NoEndpoint.WriteAsync(context, "fraud v2: 'x' < \"y\"", "01ARZ3NDEKTSV4RRFFQ69G5FAV", TimeSpan.FromSeconds(2));
        Assert.Equal(503, context.Response.StatusCode);
        Assert.Equal("application/problem+json", context.Response.ContentType);
        Assert.Equal(context.Response.Body.Length, context.Response.ContentLength);
        Assert.Equal("2", context.Response.Headers.RetryAfter);
        Assert.Equal(
            """{"type":"urn:modelserving:problem:no-endpoint","title":"No endpoint is ready","status":503,"detail":"fraud v2: 'x' < \"y\"","error":"fraud v2: 'x' < \"y\"","requestId":"01ARZ3NDEKTSV4RRFFQ69G5FAV"}""",
            Text(context));
    }

    [Fact]
    public async Task Unknown_facts_are_left_out()
    {
        var context = Context();
        await NoEndpoint.WriteAsync(context, "d");
        Assert.False(context.Response.Headers.ContainsKey("Retry-After"));
        Assert.DoesNotContain("requestId", Text(context), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "1")]
    [InlineData(1, "1")]
    [InlineData(1000, "1")]
    [InlineData(1001, "2")]
    [InlineData(60_000, "60")]
    public async Task Retry_After_is_rounded_up_to_whole_seconds(int milliseconds, string seconds)
    {
        var context = Context();
        await NoEndpoint.WriteAsync(context, "d", retryAfter: TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal(seconds, context.Response.Headers.RetryAfter);
    }

    [Fact]
    public void The_answer_is_JSON_whatever_the_detail_quotes() => Gen.String.Sample(static detail =>
    {
        using var json = JsonDocument.Parse(NoEndpoint.ToUtf8(detail, detail));
        // UTF-8 cannot have half a surrogate pair, and a terminal would obey control characters.
        Assert.Equal(VisibleText.From(detail), VisibleText.From(json.RootElement.GetProperty("error").GetString()!));
    });

    [Fact]
    public void What_a_terminal_obeys_is_not_in_the_answer()
    {
        var body = System.Text.Encoding.UTF8.GetString(NoEndpoint.ToUtf8("a\u001b[2J\u009b2J\u202e\n", "b\u0085").Span);
        Assert.Contains("\"error\":\"a\uFFFD[2J\uFFFD2J\uFFFD\uFFFD\",\"requestId\":\"b\uFFFD\"", body, StringComparison.Ordinal);
    }

    private static DefaultHttpContext Context() => new() { Response = { Body = new MemoryStream() } };

    private static string Text(HttpContext context) => System.Text.Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());
}
