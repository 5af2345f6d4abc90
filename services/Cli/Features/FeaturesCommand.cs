using System.CommandLine;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Registry;
using Spectre.Console;

namespace ModelServing.Cli.Features;

/// <summary><c>ms features</c>: the feature store: views, events, and the features of entities.</summary>
internal static class FeaturesCommand
{
    internal static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the views as JSON." };
        var registry = new RegistryOptions();
        var command = new Command("features", "Use the feature store. Alone, it lists the published feature views.")
        {
            json, ApplyCommand.Create(), IngestCommand.Create(), GetCommand.Create(), ExportCommand.Create(), RebuildCommand.Create(),
            CompactCommand.Create(), ProfileCommand.Create(), SkewCommand.Create(),
        };
        registry.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var views = new PublishedViews(await registry.OpenStoreAsync(arguments, null, signals.Stop));
            var rows = new List<ViewRow>();
            foreach (var id in await views.ListAsync(signals.Stop))
                rows.Add(await ReadAsync(views, id, signals.Stop));
            terminal.Result(
                rows,
                rows => rows.Count > 0
                    ? Table(rows)
                    : new Markup($"No feature view is published in {Markup.Escape(views.Location)}; publish one with [bold]" +
                        $"{Markup.Escape(OwnCommand.Name)} features apply FILE[/].\n"));
            return ExitCode.Done;
        }));
        return command;
    }

    internal static Table Table(IReadOnlyList<ViewRow> rows)
    {
        var table = new Table().AddColumns("view", "version", "entity", "features", "lateness", "ttl", "largest state", "digest", "state");
        foreach (var row in rows)
        {
            table.AddRow(
                row.View,
                row.Version.ToString(CultureInfo.InvariantCulture),
                string.Join(", ", row.Entity),
                row.Features.Count.ToString(CultureInfo.InvariantCulture),
                row.Lateness ?? "",
                row.TimeToLive ?? "",
                row.MaxStateBytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} B") : "",
                row.Digest?[..19] ?? "",
                Markup.Escape(row.State));
        }

        return table;
    }

    // A version that can't be read gets a row too.
    private static async Task<ViewRow> ReadAsync(PublishedViews views, ViewId id, CancellationToken cancellation)
    {
        try
        {
            return await views.FindAsync(id, cancellation) is { } view
                ? ViewRow.From(view, "published")
                : ViewRow.Unreadable(id, "it was removed while it was read");
        }
        catch (RegistryException e) when (e.Error == RegistryError.Damaged)
        {
            return ViewRow.Unreadable(id, e.Message);
        }
    }
}
