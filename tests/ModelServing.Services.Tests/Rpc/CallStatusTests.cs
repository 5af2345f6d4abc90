using Grpc.Core;
using ModelServing.Rpc;

namespace ModelServing.Services.Tests.Rpc;

public class CallStatusTests
{
    [Theory]
    [InlineData(400, StatusCode.InvalidArgument)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.NotFound)]
    [InlineData(405, StatusCode.Unimplemented)]
    [InlineData(408, StatusCode.DeadlineExceeded)]
    [InlineData(413, StatusCode.ResourceExhausted)]
    [InlineData(415, StatusCode.InvalidArgument)]
    [InlineData(422, StatusCode.InvalidArgument)]
    [InlineData(429, StatusCode.ResourceExhausted)]
    [InlineData(499, StatusCode.Cancelled)]
    [InlineData(500, StatusCode.Internal)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.DeadlineExceeded)]
    [InlineData(418, StatusCode.Internal)]
    public void Each_HTTP_status_has_one_of_gRPC(int http, StatusCode status) => Assert.Equal(status, CallStatus.For(http));

    [Theory]
    [InlineData("plain text, with: signs", "plain text, with: signs")]
    [InlineData("100%\r\n", "100%25%0D%0A")]
    [InlineData("\u00fc\u20ac", "%C3%BC%E2%82%AC")]
    public void A_message_is_percent_encoded(string text, string encoded) => Assert.Equal(encoded, CallStatus.Encode(text));
}
