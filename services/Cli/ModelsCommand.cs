using System.CommandLine;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Settings.Models;
using Spectre.Console;

namespace ModelServing.Cli;

/// <summary><c>ms models</c>: the published versions, and their roles in the stack file.</summary>
internal static class ModelsCommand
{
    private const int WideEnough = 110;

    internal static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the versions as JSON." };
        var registry = new RegistryOptions();
        var command = new Command("models", "List the published versions.") { json };
        registry.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var target = await registry.OpenAsync(arguments, null, signals.Stop);
            var settings = registry.Stack(arguments).Read().Settings;
            var rows = new List<ModelRow>();
            foreach (var entry in await target.ListAsync(signals.Stop))
                rows.Add(await ReadAsync(target, entry, settings, signals.Stop));
            if (rows.Count > 0)
                terminal.Say($"Published in [bold]{Markup.Escape(target.Location)}[/]:");
            terminal.Result(
                rows,
                rows => rows.Count > 0
                    ? Table(rows, terminal.Messages.Profile.Width)
                    : new Markup($"Nothing is published in {Markup.Escape(target.Location)}; publish a version with [bold]" +
                        $"{Markup.Escape(OwnCommand.Name)} publish MODEL FILE[/].\n"));
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>A version's row. A version with an unreadable manifest gets a row too.</summary>
    private static async Task<ModelRow> ReadAsync(
        ModelRegistry registry,
        PublishedVersion entry,
        StackSettings settings,
        CancellationToken cancellation)
    {
        try
        {
            var manifest = await registry.ReadManifestAsync(entry.Model, entry.Version, cancellation);
            return ModelRow.From(
                manifest,
                settings,
                ModelVerdict.From(await registry.FindVerdictAsync(entry.Model, entry.Version, cancellation)));
        }
        catch (RegistryException e) when (e.Error == RegistryError.Damaged)
        {
            return new ModelRow(entry, settings, ModelVerdict.Unreadable(e));
        }
    }

    /// <summary>The versions as a table. On a narrow terminal it leaves out sizes, digests and times of the day.</summary>
    internal static Table Table(IReadOnlyList<ModelRow> rows, int width)
    {
        var isWide = width >= WideEnough;
        string[] names = isWide
            ? ["model", "version", "serves as", "size", "digest", "metrics", "published", "verdict"]
            : ["model", "version", "serves as", "metrics", "published", "verdict"];
        var table = new Table().AddColumns(names);
        foreach (var column in table.Columns.SkipLast(1))
            column.NoWrap();
        foreach (var row in rows)
        {
            List<string> cells =
            [
                row.Model,
                row.Version.ToString(CultureInfo.InvariantCulture),
                row.ServesAs ?? "",
                row.Size is { } size ? $"{size:N0} B" : "",
                row.Digest?[..19] ?? "",
                string.Join(
                    isWide ? ", " : "\n",
                    row.Metrics.Select(static metric => string.Create(
                        CultureInfo.InvariantCulture,
                        $"{metric.Key} {metric.Value:0.####}"))),
                row.PublishedAt?.ToString(isWide ? "yyyy-MM-dd HH:mm:ss'Z'" : "yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
                Markup.Escape(row.Verdict.ToString()),
            ];
            if (!isWide)
                cells.RemoveRange(3, 2);
            table.AddRow(cells.ToArray());
        }

        return table;
    }
}
