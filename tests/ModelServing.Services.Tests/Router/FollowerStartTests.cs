using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Routing;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router;

/// <summary>What the router says of its readiness while it starts.</summary>
public sealed class FollowerStartTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly SteppedTime time = new();
    private readonly Readiness readiness = new();

    public void Dispose()
    {
        services.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task That_there_is_no_plan_is_said_before_the_server_listens_however_late_the_followers_own_thread_gets_its_turn()
    {
        using var follower = Follower();
        // Hosted services start one after the other, the server last. A token that is cancelled gives the background part no turn at all.
        await follower.StartAsync(new CancellationToken(canceled: true));
        Assert.StartsWith("no plan at ", readiness.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_swapped_in_meanwhile_makes_it_ready_for_good()
    {
        using var follower = Follower();
        await follower.StartAsync(default);
        readiness.Ready();
        await RunningRouter.UntilAsync(() => time.Waiting == 2, "plan and endpoints are followed");
        Assert.Null(readiness.Reason);
        await follower.StopAsync(default);
    }

    private DocumentFollower Follower()
    {
        var metrics = new RouterMetrics(services.GetRequiredService<IMeterFactory>());
        var sources = DocumentSources.Of(new RouterSettings { Plan = "file:" + folder.Combine("plan.json"), Endpoints = "file:" + folder.Combine("endpoints.json") });
        return new DocumentFollower(
            sources,
            new FileEndpoints(sources.EndpointsPath!, metrics, time, NullLogger<FileEndpoints>.Instance),
            new RoutingTableHolder(),
            new OpenConnections(),
            readiness,
            metrics,
            time,
            NullLogger<DocumentFollower>.Instance);
    }
}
