using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router;
using ModelServing.Router.Sources;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Sources;

/// <summary>The router's readiness while it starts. Of its services, only the updater is started.</summary>
public sealed class RoutingTableUpdaterStartTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SteppedTime time = new();
    private readonly WebApplication app;
    private readonly Readiness readiness;
    private readonly RoutingTableUpdater updater;

    public RoutingTableUpdaterStartTests()
    {
        var settings = new RouterSettings
        {
            Urls = "http://127.0.0.1:0",
            LogFormat = LogFormat.Json,
            Plan = "file:" + folder.Combine("plan.json"),
            Endpoints = "file:" + folder.Combine("endpoints.json"),
        };
        app = ServiceHost.Build(
            "router",
            settings,
            (builder, settings) =>
            {
                RouterHost.Add(builder, settings);
                builder.Services.AddSingleton<TimeProvider>(time);
            },
            RouterHost.Map);
        readiness = app.Services.GetRequiredService<Readiness>();
        updater = app.Services.GetServices<IHostedService>().OfType<RoutingTableUpdater>().Single();
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_missing_plan_is_reported_before_the_server_listens()
    {
        // Hosted services start one after another, the server last. With a canceled token, the background part never runs.
        await updater.StartAsync(new CancellationToken(canceled: true));
        Assert.StartsWith("no plan at ", readiness.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_swapped_in_meanwhile_keeps_it_ready()
    {
        await updater.StartAsync(default);
        readiness.Ready();
        await RunningRouter.UntilAsync(() => time.Waiting > 0, "the plan is followed");
        Assert.Null(readiness.Reason);
        await updater.StopAsync(default);
    }
}
