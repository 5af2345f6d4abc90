using ModelServing.Contracts.Reliability;
using ModelServing.Settings;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Models;
using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>Applies changes of the stack file to the running platform, and prints them.</summary>
internal sealed class StackChanges(Platform platform, string fileName, Terminal terminal)
{
    // The waits before another try, if the machine did not allow the last one.
    private static readonly Backoff Pauses = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));

    private string? said;

    /// <summary>Called after each change of the plan.</summary>
    internal Action? PlanChanged { get; init; }

    /// <summary>Applies a stack file. What can't be applied for a reason that may pass, such as too many open files, is tried again until
    /// it holds.</summary>
    /// <param name="next">The stack file.</param>
    /// <param name="newer">Cancelled when a newer stack file arrives.</param>
    internal async Task ApplyAsync(StackFile next, CancellationToken newer)
    {
        for (var tries = 1; !await TryApplyAsync(next, isFirst: tries == 1, newer); tries++)
        {
            await platform.WaitForStartingAsync(Pauses.After(tries), newer);
            newer.ThrowIfCancellationRequested();
        }
    }

    // Returns whether there is nothing left to try.
    private async Task<bool> TryApplyAsync(StackFile next, bool isFirst, CancellationToken newer)
    {
        var before = platform.Plan;
        var clients = ClientsMaker.Make(next.Settings);
        var areClientsChanged = !clients.ToUtf8().AsSpan().SequenceEqual(platform.Clients.ToUtf8());
        IReadOnlyList<VersionFailure> failures;
        var areViewsChanged = false;
        try
        {
            areViewsChanged = await platform.ApplyAsync(next.Settings.Features, newer);
            failures = await platform.ApplyAsync(next.Settings.Models, newer);
            if (areClientsChanged)
                platform.ApplyClients(clients);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HostFailedException)
        {
            if (said != e.Message)
            {
                terminal.Warn(e.Message);
                terminal.Warn($"{fileName} is not applied; the plan stays as it is until another try succeeds");
            }

            said = e.Message;
            return false;
        }

        said = null;
        var changes = PlanChange.Lines(before, platform.Plan);
        foreach (var change in changes)
            terminal.Say($"[bold]{Markup.Escape(change)}[/]");
        if (areClientsChanged)
            terminal.Say($"[bold]{Markup.Escape(ApiSummary.Describe(clients))}[/]");
        if (areViewsChanged)
            terminal.Say("[bold]The feature views are changed[/]");
        if (isFirst && changes.Count == 0 && !areClientsChanged && !areViewsChanged && failures.Count == 0)
            terminal.Say($"[dim]{fileName} was changed, but the plan is the same[/]");
        if (changes.Count > 0)
            PlanChanged?.Invoke();
        return !failures.Any(static failure => failure.IsTransient);
    }
}
