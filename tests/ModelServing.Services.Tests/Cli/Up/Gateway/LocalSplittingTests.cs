using ModelServing.Cli.Up;
using ModelServing.Cli.Up.Gateway;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up.Gateway;

/// <summary>The function TrafficSplitter on this machine. Nothing is started here.</summary>
public class LocalSplittingTests
{
    // As infra sets it in the cloud. Otherwise a caller would get the platform's 504 before the model's deadline.
    [Fact]
    public async Task A_call_may_take_longer_than_the_longest_deadline_of_the_plan_in_force()
    {
        using var folder = new TemporaryFolder();
        var terminal = new RecordedTerminal().Terminal;
        var plan = new PlanDocument { Schema = PlanDocument.CurrentSchema, Rollouts = [] };
        await using var splitting = new LocalSplitting(
            new HostPrograms(Cat, Cat, Cat, Cat),
            new CacheSettings { Addresses = ["127.0.0.1:1"] },
            "sqlite:/none",
            () => plan,
            new HostSupervision(folder.FullPath, new HostLog(terminal), terminal, TimeProvider.System));

        Assert.Equal(TimeSpan.FromSeconds(10), splitting.Containers.Timeout);
        plan = SomePlan.Canary(5000);
        plan.Rollouts[ModelName.Parse("slow")] = plan.Rollouts.Values.First() with { DeadlineMilliseconds = 45_000 };
        Assert.Equal(TimeSpan.FromSeconds(55), splitting.Containers.Timeout);
    }

    private static HostProgram Cat => new("/bin/cat", []);
}
