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
    public async Task A_name_that_this_machine_has_is_looked_up_as_often_as_asked()
    {
        for (var i = 0; i < 40; i++)
            Assert.All(await LookUpAsync("localhost"), address => Assert.True(IPAddress.IsLoopback(address)));
    }

    [Fact]
    public async Task A_name_that_there_is_not_is_not_found()
    {
        // RFC 6761: no resolver finds a name under .invalid. One that can't be reached says that it can't.
        var e = await Assert.ThrowsAsync<SocketException>(() => LookUpAsync("nothing.invalid"));
        Assert.SkipWhen(e.SocketErrorCode is not (SocketError.HostNotFound or SocketError.NoData), $"the resolver of this machine can't be asked: {e.Message}");
    }

    [Fact]
    public async Task A_lookup_that_nobody_waits_for_any_more_is_none() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => names.LookUpAsync("localhost", new CancellationToken(canceled: true)));

    private Task<IPAddress[]> LookUpAsync(string name) => names.LookUpAsync(name, TestContext.Current.CancellationToken).WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
}
