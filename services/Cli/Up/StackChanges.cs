using ModelServing.Settings;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Models;
using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>Applies changes of the stack file to the running platform, and prints them.</summary>
internal sealed class StackChanges(Platform platform, string fileName, Terminal terminal)
{
    /// <summary>Called after each change of the plan.</summary>
    internal Action? PlanChanged { get; init; }

    /// <summary>Applies a stack file; if that fails, the plan stays as it is.</summary>
    /// <param name="next">The stack file.</param>
    /// <param name="newer">Cancelled when a newer stack file arrives.</param>
    internal async Task ApplyAsync(StackFile next, CancellationToken newer)
    {
        var (before, plan) = (platform.Plan, PlanMaker.Make(next.Settings.Models));
        var clients = ClientsMaker.Make(next.Settings);
        var areClientsChanged = !clients.ToUtf8().AsSpan().SequenceEqual(platform.Clients.ToUtf8());
        try
        {
            await platform.ApplyAsync(plan, newer);
            if (areClientsChanged)
                platform.ApplyClients(clients);
        }
        catch (Exception e) when (e is HostFailedException or IOException or UnauthorizedAccessException)
        {
            terminal.Warn(e.Message);
            terminal.Warn($"{fileName} is not applied; the plan stays as it is");
            return;
        }

        var changes = PlanChange.Lines(before, plan);
        foreach (var change in changes)
            terminal.Say($"[bold]{Markup.Escape(change)}[/]");
        if (areClientsChanged)
            terminal.Say($"[bold]{Markup.Escape(ApiSummary.Describe(clients))}[/]");
        if (changes.Count == 0 && !areClientsChanged)
            terminal.Say($"[dim]{fileName} was changed, but the plan is the same[/]");
        if (changes.Count > 0)
            PlanChanged?.Invoke();
    }
}
