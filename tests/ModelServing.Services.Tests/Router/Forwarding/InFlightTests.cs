using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Forwarding;

/// <summary>However a request ends, it is not in flight at its endpoint any more. An endpoint with requests that never end gets no
/// further ones.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class InFlightTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}")]
    [InlineData("nonsense\r\n\r\n")]
    public async Task An_answer_ends_it(string wire)
    {
        await using var server = new RawServer(async connection =>
        {
            if (await connection.ReadMessageAsync() is not null)
                await connection.SendAsync(wire);
        });
        await using var router = await RunningRouter.StartAsync([server.Address]);
        for (var i = 0; i < 3; i++)
            await router.InferAsync();
        await UntilNothingIsInFlightAsync(router);
    }

    [Fact]
    public async Task A_refused_connection_ends_it()
    {
        await using var router = await RunningRouter.StartAsync([RawServer.NobodyThere(), RawServer.NobodyThere()]);
        for (var i = 0; i < 3; i++)
            Assert.Equal(503, (await router.InferAsync()).Status);
        await UntilNothingIsInFlightAsync(router);
    }

    private static Task UntilNothingIsInFlightAsync(RunningRouter router) => RunningRouter.UntilAsync(
        () => router.Table.Endpoints.Values.All(static endpoint => endpoint.InFlight == 0), "nothing is in flight");
}
