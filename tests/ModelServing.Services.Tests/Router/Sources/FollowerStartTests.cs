using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router;
using ModelServing.Router.Sources;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Sources;

/// <summary>What the router says of its readiness while it starts: of its services only the follower is started.</summary>
public sealed class FollowerStartTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SteppedTime time = new();
    private readonly WebApplication app;
    private readonly Readiness readiness;
    private readonly RoutingTableUpdater follower;

    public FollowerStartTests()
    {
        var settings = new RouterSettings { Urls = "http://127.0.0.1:0", LogFormat = LogFormat.Json, Plan = "file:" + folder.Combine("plan.json"), Endpoints = "file:" + folder.Combine("endpoints.json") };
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
        follower = app.Services.GetServices<IHostedService>().OfType<RoutingTableUpdater>().Single();
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task That_there_is_no_plan_is_said_before_the_server_listens_however_late_the_followers_own_thread_gets_its_turn()
    {
        // Hosted services start one after the other, the server last. A token that is cancelled gives the background part no turn at all.
        await follower.StartAsync(new CancellationToken(canceled: true));
        Assert.StartsWith("no plan at ", readiness.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_swapped_in_meanwhile_makes_it_ready_for_good()
    {
        await follower.StartAsync(default);
        readiness.Ready();
        await RunningRouter.UntilAsync(() => time.Waiting > 0, "the plan is followed");
        Assert.Null(readiness.Reason);
        await follower.StopAsync(default);
    }
}
