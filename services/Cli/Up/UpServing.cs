using ModelServing.Cli.Demo;
using ModelServing.Hosting;
using ModelServing.Registry;
using ModelServing.Settings;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Models;
using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>What <c>ms up</c> does while the platform runs: says where it is, follows the stack file, sends the demo's traffic.</summary>
internal sealed class UpServing(
    UpRequest request,
    PolledFile file,
    StackFile started,
    ModelRegistry registry,
    Platform platform,
    Func<StackFile, CancellationToken, Task> check,
    Terminal terminal,
    TimeProvider time)
{
    private readonly DemoRounds? demo = request.Demo ? new DemoRounds(platform, terminal, time) : null;

    /// <summary>Serves until it is told to stop or, where that was asked for, once; gives the exit code.</summary>
    internal async Task<int> RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var follower = new StackFollower(request.Stack, file, started.Settings, check, terminal, time);
        var following = follower.RunAsync(ApplyAsync, ending.Token);
        var working = WorkAsync(ending.Token);
        try
        {
            // The follower ends by itself only when it fails in a way that nobody foresaw.
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
        if (demo is null)
        {
            await SayApiAsync(cancellation);
        }
        else
        {
            var asExpected = await demo.FirstAsync(cancellation);
            await SayApiAsync(cancellation);
            asExpected &= await demo.RollbackAsync(cancellation);
            if (request.Once)
                return asExpected ? ExitCode.Done : ExitCode.Failed;
        }

        if (request.Once)
            return ExitCode.Done;
        terminal.Say($"An edit of {request.Stack.FileName} is applied when it is saved. Ctrl-C stops everything.");
        if (demo is not null)
            await demo.LaterAsync(cancellation);
        await Task.Delay(Timeout.Infinite, cancellation);
        return ExitCode.Done;
    }

    private async Task SayApiAsync(CancellationToken cancellation)
    {
        var summary = await ApiSummary.OfAsync(platform, registry, cancellation);
        // A demo's one document is its report.
        if (request is { Json: true, Demo: false })
            terminal.Result(summary, static _ => Text.Empty);
        else
            summary.Say(terminal);
    }

    private async Task ApplyAsync(StackFile next, CancellationToken newer)
    {
        var (before, plan) = (platform.Plan, PlanMaker.Make(next.Settings.Models));
        var clients = ClientsMaker.Make(next.Settings);
        var isOtherClients = !clients.ToUtf8().AsSpan().SequenceEqual(platform.Clients.ToUtf8());
        try
        {
            await platform.ApplyAsync(plan, newer);
            if (isOtherClients)
                platform.ApplyClients(clients);
        }
        catch (Exception e) when (e is HostFailedException or IOException or UnauthorizedAccessException)
        {
            terminal.Warn(e.Message);
            terminal.Warn($"{request.Stack.FileName} is not applied; the plan stays as it is");
            return;
        }

        var changes = PlanChange.Lines(before, plan);
        foreach (var change in changes)
            terminal.Say($"[bold]{Markup.Escape(change)}[/]");
        if (isOtherClients)
            terminal.Say($"[bold]{Markup.Escape(ApiSummary.Describe(clients))}[/]");
        if (changes.Count == 0 && isOtherClients)
            return;
        if (changes.Count == 0)
            terminal.Say($"[dim]{request.Stack.FileName} was changed, and the plan is the same[/]");
        else
            demo?.PlanChanged();
    }

    private static async Task<Exception> FailureOf(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.Exception?.InnerException ?? new OperationCanceledException();
    }
}
