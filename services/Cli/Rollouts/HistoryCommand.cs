using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout;
using Spectre.Console;

namespace ModelServing.Cli.Rollouts;

/// <summary><c>ms history</c>: the events of a model's rollouts.</summary>
internal static class HistoryCommand
{
    internal static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "The model." };
        var json = new Option<bool>("--json") { Description = "Print the events as JSON." };
        var admin = new AdminOptions();
        var command = new Command("history", "Show the history of a model's rollouts: the events in its journal.") { model, json };
        admin.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var name = ModelArgument.Parse(arguments.GetValue(model)!);
            using var client = admin.Open(arguments);
            var events = new List<JournalEvent>();
            IReadOnlyList<JournalEvent> page;
            do
            {
                page = await client.HistoryAsync(name, events.Count == 0 ? 0 : events[^1].Seq, signals.Stop);
                events.AddRange(page);
            }
            while (page.Count == RolloutHistory.MaxEvents);

            terminal.Result(events.Select(static e => JsonNode.Parse(e.ToUtf8())), _ => Table(events));
            return ExitCode.Done;
        }));
        return command;
    }

    internal static Table Table(IReadOnlyList<JournalEvent> events)
    {
        var table = new Table().AddColumns("event", "time", "kind", "details");
        foreach (var e in events)
        {
            table.AddRow(
                e.Seq.ToString(CultureInfo.InvariantCulture),
                e.Time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                Name(e),
                Markup.Escape(Describe(e)));
        }

        return table;
    }

    private static string Name(JournalEvent e) => e switch
    {
        WeightMovedEvent => "weight moved",
        RolledBackEvent => "rolled back",
        _ => e.Kind,
    };

    internal static string Describe(JournalEvent e) => e switch
    {
        RolledBackEvent rolledBack => $"version {rolledBack.Version} ({rolledBack.Variant}, trial {rolledBack.Trial}) by {rolledBack.Who}" +
            (SummaryOf(rolledBack) is { } summary ? $": {summary}" : ""),
        ResetEvent reset => $"version {reset.Version}, trial {reset.Trial} begins, by {reset.Who}: {reset.Why}",
        RefusedEvent refused => $"version {refused.Version} is condemned; the plan was {Shares(refused.Rollout)}",
        RolloutEvent rollout => Shares(rollout.Rollout),
        _ => "",
    };

    private static string? SummaryOf(RolledBackEvent e) =>
        e.Evidence is { } evidence && evidence.TryGetProperty("summary", out var summary) ? summary.GetString() : null;

    private static string Shares(RolloutPlan rollout) =>
        string.Join(
            ", ",
            rollout.Variants.Reverse()
                .Select(static variant => $"{variant.Name} v{variant.Version} {Percent.FromHundredths(variant.Weight)}%"));
}
