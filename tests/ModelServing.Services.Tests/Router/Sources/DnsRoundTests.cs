using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts;
using ModelServing.Router.Metrics;
using ModelServing.Router.Sources;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Sources;

/// <summary>Rounds of lookups of many names.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class DnsRoundTests : IDisposable
{
    private readonly SteppedTime time = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().AddSingleton<RouterMetrics>().BuildServiceProvider();

    public void Dispose() => services.Dispose();

    // A lookup takes a second, and eight are made at a time, as of the machine's resolver.
    [Fact]
    public async Task A_round_reaches_every_name_however_many_there_are_and_however_slow_each_is()
    {
        using var free = new SemaphoreSlim(8);
        var slow = Make(SlowAsync);
        var reading = slow.ReadForAsync(VersionsOf(ManyModels.Plan(100)), TestContext.Current.CancellationToken);
        while (!reading.IsCompleted)
        {
            await RunningRouter.UntilAsync(() => reading.IsCompleted || time.Waiting >= 8, "lookups are on their way");
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(200, slow.Current.Endpoints.Count);

        async Task<IPAddress[]> SlowAsync(string name, CancellationToken cancellation)
        {
            await free.WaitAsync(cancellation);
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellation);
                return [IPAddress.Loopback];
            }
            finally
            {
                free.Release();
            }
        }
    }

    [Fact]
    public async Task A_round_ends_early_if_no_server_answers_and_the_next_one_begins_with_the_names_that_were_left()
    {
        var versions = VersionsOf(ManyModels.Plan(10));
        string[] texts = [.. versions.Select(static version => $"{version.Model}-v{version.Version}.modelserving.svc")];
        var names = new SomeNames();
        foreach (var text in texts)
            names.Has(text, "10.0.0.1");
        var endpoints = Make(names.LookUpAsync);
        await endpoints.ReadForAsync(versions, TestContext.Current.CancellationToken);
        foreach (var text in texts)
            names.Hangs(text);
        await RoundAsync(endpoints);
        Assert.Equal(8, texts.Count(text => names.TimesAsked(text) == 2));
        await RoundAsync(endpoints);
        Assert.Equal(16, texts.Count(text => names.TimesAsked(text) == 2));
        await RoundAsync(endpoints);
        Assert.All(texts, text => Assert.InRange(names.TimesAsked(text), 2, 3));
        Assert.Equal(20, endpoints.Current.Endpoints.Count);
    }

    private DnsEndpoints Make(NameLookup lookUp) => new(
        ServiceNames.Parse(HostSources.Dns("modelserving")),
        lookUp,
        services.GetRequiredService<RouterMetrics>(),
        time,
        NullLogger<DnsEndpoints>.Instance);

    private async Task RoundAsync(DnsEndpoints endpoints)
    {
        var round = endpoints.RunRoundAsync(TestContext.Current.CancellationToken);
        time.Advance(DnsEndpoints.Limit);
        Assert.False(await round.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken));
    }

    private static (ModelName Model, ModelVersion Version)[] VersionsOf(PlanDocument plan) =>
        [.. plan.Rollouts.SelectMany(static pair => pair.Value.Versions.Select(version => (pair.Key, version)))];
}
