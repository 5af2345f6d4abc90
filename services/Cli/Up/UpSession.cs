using ModelServing.Cli.Demo;
using ModelServing.Registry;
using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>The work of <c>ms up</c> while the platform runs: prints its addresses and plays the demo.</summary>
internal sealed class UpSession(UpRequest request, Platform platform, ModelRegistry registry, DemoRounds? demo, Terminal terminal)
{
    /// <summary>Serves until stopped or, with <c>--once</c>, until the work is done. Returns the exit code.</summary>
    /// <param name="follow">Follows the stack file until cancelled.</param>
    /// <param name="stop">Requests an orderly stop.</param>
    internal async Task<int> RunAsync(Func<CancellationToken, Task> follow, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var following = follow(ending.Token);
        var working = WorkAsync(ending.Token);
        try
        {
            // The follower ends only when it is cancelled.
            return await Task.WhenAny(working, following) == working ? await working : throw await FailureOf(following);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(working, following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> WorkAsync(CancellationToken cancellation)
    {
        var isAsExpected = true;
        if (demo is null)
            await PrintApiAsync(cancellation);
        else
            isAsExpected = await demo.PlayAsync(() => PrintApiAsync(cancellation), cancellation);
        if (request.Once)
            return isAsExpected && platform.Unserved.Count == 0 ? ExitCode.Done : ExitCode.Failed;

        terminal.Say($"Edits of {request.Stack.FileName} take effect when you save it. Ctrl-C stops everything.");
        if (demo is not null)
            await demo.FollowPlanAsync(cancellation);
        await Task.Delay(Timeout.Infinite, cancellation);
        return ExitCode.Done;
    }

    private async Task PrintApiAsync(CancellationToken cancellation)
    {
        var summary = await ApiSummary.CreateAsync(platform, registry, cancellation);
        // The JSON documents of a demo are its reports.
        if (request is { Json: true, Demo: false })
            terminal.Result(summary, static _ => Text.Empty);
        else
            summary.Print(terminal);
    }

    private static async Task<Exception> FailureOf(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.Exception?.InnerException ?? new OperationCanceledException();
    }
}
