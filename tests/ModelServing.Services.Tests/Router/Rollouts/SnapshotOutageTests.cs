using ModelServing.Router.Rollouts;
using ModelServing.Services.Tests.Journal;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>A disk on which the snapshot can't be written for a while.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class SnapshotOutageTests
{
    [Fact]
    public async Task A_rollback_that_did_not_fit_on_the_disk_is_in_the_snapshot_as_soon_as_it_does()
    {
        await using var routers = new SomeRouters();
        // A folder in the place of the file.
        Directory.CreateDirectory(Path.Combine(routers.SnapshotPath, "full"));
        await routers.AppendAsync(SomeEvents.Started(SomeRouters.Canary2().Rollouts[SomePlan.Model]));
        await routers.AppendAsync(SomeEvents.RolledBack(2));
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync(hasSnapshot: true);
        await UntilNextRoundAsync(router);
        Assert.True(Directory.Exists(routers.SnapshotPath));

        Directory.Delete(routers.SnapshotPath, recursive: true);
        await RunningRouter.UntilAsync(
            () => File.Exists(routers.SnapshotPath)
                && File.ReadAllText(routers.SnapshotPath).Contains("rolledBack", StringComparison.Ordinal),
            "the snapshot has the rollback");
        Assert.Equal("started rolledBack", await routers.KindsAsync());
        await router.DisposeAsync();

        routers.Store.IsUnavailable = true;
        var next = await routers.StartAsync(hasSnapshot: true);
        Assert.True(SomeRouters.IsCondemned(next, 2));
        Assert.Equal(0, await routers.ReachingAsync(next, 2));
    }

    // The rounds after the last event have nothing to append, and the snapshot is the last step of each.
    private static async Task UntilNextRoundAsync(RunningRouter router)
    {
        var board = router.Get<RolloutBoard>();
        await RunningRouter.UntilAsync(() => board.JournaledStateOf(SomePlan.Model)?.LastSeq == 2, "the router has read the last event");
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
    }
}
