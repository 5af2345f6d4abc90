using ModelServing.Cli;
using ModelServing.Cli.Rollouts;
using ModelServing.Services.Tests.Clients;
using ModelServing.Services.Tests.Router;
using ModelServing.Services.Tests.Router.Rollouts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Rollouts;

/// <summary><c>ms promote</c> against a router.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class PromotionTests
{
    private const string Before = """
        # ours
        config:
          modelserving:models:
            fraud:
              stable: { version: 1 }   # the well-known one
              canary:
                version: 2
                percent: 50
              deadline: 15s

        """;

    private const string After = """
        # ours
        config:
          modelserving:models:
            fraud:
              stable: { version: 2 }   # the well-known one
              deadline: 15s
              keepWarm: [1]

        """;

    [Fact]
    public async Task The_stack_file_is_changed_and_the_changes_are_printed()
    {
        using var folder = new TemporaryFolder();
        var stack = StackOf(folder);
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        var printed = new RecordedTerminal();

        Assert.Equal(
            ExitCode.Done,
            await PromoteCommand.RunAsync(
                printed.Terminal,
                stack,
                SomePlan.Model,
                () => Open(router),
                new PromotionConsent(Force: false, Yes: true),
                TestContext.Current.CancellationToken));

        var settings = stack.Read().Settings.Models[SomePlan.Model];
        Assert.Equal(("2", null), (settings.Stable.Version.ToString(), settings.Canary));
        Assert.Equal(["1"], settings.KeepWarm.Select(static version => version.ToString()));
        Assert.Equal(
            After,
            await File.ReadAllTextAsync(stack.FilePath, TestContext.Current.CancellationToken),
            ignoreLineEndingDifferences: true);
        Assert.Equal(
            [
                "  no requests yet",
                "Pulumi.some.yaml: fraud",
                "  stable.version  1 -> 2",
                "  canary          version 2, 50% -> removed",
                "  keepWarm        + 1, ready for a rollback; remove it when you no longer need that",
                "A running 'ms up' applies this at once; in the cloud, run 'pulumi up'.",
            ],
            printed.Lines);
        // The resulting plan is a promotion.
        await routers.ApplyAsync(SomeRouters.OnlyStable(2));
        await routers.UntilKindsAsync("started promoted");
    }

    [Fact]
    public async Task A_refusal_leaves_the_stack_file_as_it_was()
    {
        using var folder = new TemporaryFolder();
        var stack = StackOf(folder);
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        await routers.CondemnAsync(router);
        await Assert.ThrowsAsync<CommandException>(() => PromoteCommand.RunAsync(
            new RecordedTerminal().Terminal,
            stack,
            SomePlan.Model,
            () => Open(router),
            new PromotionConsent(Force: false, Yes: true),
            TestContext.Current.CancellationToken));
        Assert.Equal(Before, await File.ReadAllTextAsync(stack.FilePath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_canary_with_few_requests_must_be_confirmed()
    {
        using var folder = new TemporaryFolder();
        var stack = StackOf(folder);
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        var refused = await Assert.ThrowsAsync<CommandException>(() => PromoteCommand.RunAsync(
            new RecordedTerminal().Terminal,
            stack,
            SomePlan.Model,
            () => Open(router),
            new PromotionConsent(Force: false, Yes: false),
            TestContext.Current.CancellationToken));
        Assert.StartsWith("version 2 of fraud has had 0 requests in trial 1, ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("1,000 are the least to judge it by. --yes promotes it all the same", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Before, await File.ReadAllTextAsync(stack.FilePath, TestContext.Current.CancellationToken));
    }

    private static StackLocation StackOf(TemporaryFolder folder)
    {
        var stack = new StackLocation("some", folder.FullPath);
        File.WriteAllText(stack.FilePath, Before);
        return stack;
    }

    private static AdminClient Open(RunningRouter router) => new(router.Admin, OperatorCredential.OfKey(SomeClients.OperatorKey));
}
