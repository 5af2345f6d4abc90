namespace ModelServing.Services.Tests.Cli.Conformance;

/// <summary>The servers that all tests of the checks share.</summary>
public sealed class ConformanceFixture : IAsyncLifetime
{
    internal ConformanceServers Servers { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Servers = await ConformanceServers.StartAsync();

    public ValueTask DisposeAsync() => Servers.DisposeAsync();
}
