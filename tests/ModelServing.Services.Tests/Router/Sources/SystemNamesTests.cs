using System.Net;
using System.Net.Sockets;
using ModelServing.Router.Sources;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Sources;

public sealed class SystemNamesTests : IDisposable
{
    private readonly SystemNames names = new();

    public void Dispose() => names.Dispose();

    [Fact]
    public async Task A_name_of_this_machine_can_be_looked_up_again_and_again()
    {
        for (var i = 0; i < 40; i++)
            Assert.All(await LookUpAsync("localhost"), address => Assert.True(IPAddress.IsLoopback(address)));
    }

    [Fact]
    public async Task An_unknown_name_is_not_found()
    {
        // RFC 6761: no resolver finds a name under .invalid. An unreachable resolver reports that it is unreachable.
        var e = await Assert.ThrowsAsync<SocketException>(() => LookUpAsync("nothing.invalid"));
        Assert.SkipWhen(
            e.SocketErrorCode is not (SocketError.HostNotFound or SocketError.NoData),
            $"the resolver of this machine does not answer: {e.Message}");
    }

    [Fact]
    public async Task A_canceled_lookup_returns_at_once() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => names.LookUpAsync(
            "localhost",
            new CancellationToken(canceled: true)));

    private Task<IPAddress[]> LookUpAsync(string name) =>
        names.LookUpAsync(name, TestContext.Current.CancellationToken)
            .WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
}
