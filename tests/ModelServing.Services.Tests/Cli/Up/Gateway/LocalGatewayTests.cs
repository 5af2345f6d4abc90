using System.Net;
using ModelServing.Cli.Up.Gateway;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up.Gateway;

/// <summary>What the stand-in for the API Gateway answers itself or passes on to the router. No request here reaches the
/// function.</summary>
public sealed class LocalGatewayTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly RawServer router = RawServer.Answering(static request => request.StartLine.StartsWith("HEAD", StringComparison.Ordinal)
        ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
        : RawServer.Ok("{}"));

    private readonly int port = FreePort.Find();
    private FunctionContainers containers = null!;
    private LocalGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        containers = new FunctionContainers(
            folder.FullPath,
            static _ => throw new InvalidOperationException("the function is called"),
            static () => TimeSpan.FromSeconds(20),
            new RecordedTerminal().Terminal,
            TimeProvider.System);
        gateway = new LocalGateway(port, $"http://{router.Address}", containers);
        Assert.True(await gateway.TryStartAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await containers.DisposeAsync();
        await router.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF44\r\nx\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n\r\n")]
    public async Task A_broken_chunk_is_the_callers_fault(string rest)
    {
        var answer = await SendAsync($"POST /v2/models/m/infer HTTP/1.1\r\nHost: localhost\r\n{rest}");
        Assert.Equal(400, answer.Status);
        Assert.Contains("urn:modelserving:problem:bad-request", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "{}")]
    [InlineData("HEAD", "")]
    public async Task Other_paths_have_the_routers_answer(string method, string body)
    {
        var answer = await SendAsync($"{method} /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal((200, "2", body), (answer.Status, answer["Content-Length"], answer.Text));
    }

    private async Task<RawMessage> SendAsync(string request)
    {
        using var client = await RawConnection.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        await client.SendAsync(request);
        return (await client.ReadMessageAsync(toHead: request.StartsWith("HEAD", StringComparison.Ordinal)))!;
    }
}
