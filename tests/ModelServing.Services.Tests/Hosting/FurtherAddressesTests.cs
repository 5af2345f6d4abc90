using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using ModelServing.Hosting;

namespace ModelServing.Services.Tests.Hosting;

public class FurtherAddressesTests
{
    [Fact]
    public void A_connection_that_comes_before_the_host_listens_everywhere_hides_no_address()
    {
        using var server = new Server("http://127.0.0.1:5000");
        var further = new FurtherAddresses(server, "http://127.0.0.1:0", "http://127.0.0.1:0");

        Assert.False(further.Include(new IPEndPoint(IPAddress.Loopback, 5000)));
        server.Addresses.Add("http://127.0.0.1:5001");
        Assert.True(further.Include(new IPEndPoint(IPAddress.Loopback, 5001)));
        Assert.False(further.Include(new IPEndPoint(IPAddress.Loopback, 5000)));
        Assert.Equal(["http://127.0.0.1:5001"], further.All);
    }

    [Fact]
    public void Addresses_before_and_after_are_others()
    {
        using var server = new Server("http://127.0.0.1:1", "http://*:2", "http://[::1]:3", "http://+:4");
        var further = new FurtherAddresses(server, "http://127.0.0.1:0", "http://*:2;http://[::1]:3");

        Assert.Equal(
            [false, true, true, false],
            Enumerable.Range(1, 4).Select(port => further.Include(new IPEndPoint(IPAddress.Loopback, port))));
        Assert.False(new FurtherAddresses(server, "http://127.0.0.1:0", null).Include(new IPEndPoint(IPAddress.Loopback, 2)));
        Assert.False(further.Include((EndPoint?)null));
    }

    private sealed class Server : IServer
    {
        public Server(params string[] addresses)
        {
            Features.Set<IServerAddressesFeature>(new ServerAddressesFeature());
            foreach (var address in addresses)
                Addresses.Add(address);
        }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        internal ICollection<string> Addresses => Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
