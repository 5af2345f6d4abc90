using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Clients;
using ModelServing.Router.Metrics;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Clients;

/// <summary>A source of an issuer's keys without a router, on a clock that the test moves.</summary>
internal sealed class SomeKeySource : IAsyncDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly TokenKeyClient client;

    internal SomeKeySource(TokenIssuer issuer, SteppedTime time)
    {
        client = new TokenKeyClient(time);
        var metrics = new RouterMetrics(services.GetRequiredService<IMeterFactory>());
        Source = new TokenKeySource(new Uri(issuer.KeysUri), client, () => Fetched++, metrics, time, NullLogger.Instance);
    }

    internal TokenKeySource Source { get; }

    internal int Fetched { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        client.Dispose();
        await services.DisposeAsync();
    }
}
