using Microsoft.AspNetCore.Http;
using ModelServing.Rpc;

namespace ModelServing.Services.Tests.Rpc;

public class CallTimeoutTests
{
    [Theory]
    [InlineData("2H", 7_200_000)]
    [InlineData("3M", 180_000)]
    [InlineData("4S", 4_000)]
    [InlineData("250m", 250)]
    [InlineData("1500u", 1.5)]
    [InlineData("2000000n", 2)]
    [InlineData("99999999H", 86_400_000)]
    public void Every_unit_is_read(string text, double milliseconds)
    {
        Assert.True(CallTimeout.TryRead(new HeaderDictionary { [CallTimeout.Header] = text }, out var timeout));
        Assert.Equal(milliseconds, timeout!.Value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("5s")]
    [InlineData("+5m")]
    [InlineData(" 5m")]
    [InlineData("5.5S")]
    [InlineData("123456789m")]
    public void Another_form_is_refused(string text) =>
        Assert.False(CallTimeout.TryRead(new HeaderDictionary { [CallTimeout.Header] = text }, out _));

    [Theory]
    [InlineData(null, 250, "250")]
    [InlineData(null, 0.2, "1")]
    [InlineData(null, -5, "1")]
    [InlineData(null, 1.2, "2")]
    [InlineData("100", 250, "100")]
    [InlineData("400", 250, "250")]
    [InlineData("soon", 250, "soon")]
    public void The_shorter_of_two_timeouts_counts(string? given, double milliseconds, string written)
    {
        var headers = new HeaderDictionary();
        if (given is not null)
            headers["X-Request-Timeout"] = given;
        CallTimeout.Write(headers, TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal(written, headers["X-Request-Timeout"]);
    }
}
