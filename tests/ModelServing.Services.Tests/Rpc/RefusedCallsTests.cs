using System.Text;
using Google.Protobuf;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Rpc;

/// <summary>Calls that the gRPC port refuses before they become requests are in the router's metrics, each once.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class RefusedCallsTests : IAsyncLifetime
{
    private const string Refused = "modelserving_router_refused_requests_total";

    private readonly RawServer version = CallingRouter.Echo();
    private CallingRouter router = null!;

    public async ValueTask InitializeAsync() => router = await CallingRouter.StartAsync(version);

    public async ValueTask DisposeAsync()
    {
        await router.DisposeAsync();
        await version.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000000000")]
    [InlineData("0200000000")]
    [InlineData("00000000020A7F")]
    [InlineData("00FFFFFFFF0A7F")]
    public async Task A_call_that_is_not_a_message_is_counted(string hexadecimal)
    {
        using var calls = await RawCalls.ConnectAsync(router.Address);
        await calls.BeginAsync(1);
        await calls.SendAsync(RawCalls.Data, RawCalls.EndStream, 1, Convert.FromHexString(hexadecimal));
        await calls.AssertFailsAsync(3, "");
        await AssertCountedAsync("invalid-call");
    }

    [Fact]
    public async Task A_call_whose_deadline_cannot_be_read_is_counted()
    {
        using var calls = await RawCalls.ConnectAsync(router.Address);
        await calls.BeginAsync(1, ("grpc-timeout", "soon"));
        await calls.SendMessageAsync(1, CallingRouter.Request().ToByteArray());
        await calls.AssertFailsAsync(3, "grpc-timeout");
        await AssertCountedAsync("invalid-call");
    }

    [Fact]
    public async Task A_request_that_is_no_call_is_counted()
    {
        using var calls = await RawCalls.ConnectAsync(router.Address);
        var head = RawCalls.Head.Select(static field => field.Name == "content-type" ? ("content-type", "text/plain") : field);
        await calls.SendAsync(RawCalls.Headers, RawCalls.EndHeaders | RawCalls.EndStream, 1, RawCalls.Fields([.. head]));
        var (_, fields) = (await calls.ReadAsync(RawCalls.Headers, 1))!.Value;
        Assert.Contains("415", Encoding.ASCII.GetString(fields), StringComparison.Ordinal);
        await AssertCountedAsync("not-grpc");
    }

    private async Task AssertCountedAsync(string reason)
    {
        await router.Router.AssertCountAsync(1, Refused, $"reason=\"{reason}\"");
        Assert.Equal(0, version.Accepted);
        // A good call is not.
        Assert.Equal("good", (await router.InferAsync(CallingRouter.Request("good"))).Response.Id);
        Assert.Equal(1, await router.Router.CountAsync(Refused));
    }
}
