using System.CommandLine;
using System.Globalization;
using ModelServing.Registry;
using ModelServing.Rollout.Settings;
using Spectre.Console;

namespace ModelServing.Cli;

/// <summary><c>ms models</c>: what is published, and what the stack file makes of it.</summary>
internal static class ModelsCommand
{
    internal static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var registry = new RegistryOptions();
        var command = new Command("models", "List the published versions.") { json };
        registry.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var target = await registry.OpenAsync(arguments, null, signals.Stop);
            var settings = registry.Stack(arguments).Read().Settings;
            var rows = new List<ModelRow>();
            foreach (var entry in await target.ListAsync(signals.Stop))
                rows.Add(ModelRow.Of(await target.ReadManifestAsync(entry.Model, entry.Version, signals.Stop), settings));
            if (rows.Count > 0)
                terminal.Say($"Published in [bold]{Markup.Escape(target.Location)}[/]:");
            terminal.Result(rows, rows => rows.Count > 0 ? Table(rows) : new Markup($"Nothing is published in {Markup.Escape(target.Location)}; [bold]ms publish[/] does that.\n"));
            return ExitCode.Done;
        }));
        return command;
    }

    internal static Table Table(IReadOnlyList<ModelRow> rows)
    {
        var table = new Table().AddColumns("model", "version", "serves as", "size", "digest", "metrics", "published");
        foreach (var row in rows)
        {
            table.AddRow(
                row.Model,
                row.Version.ToString(CultureInfo.InvariantCulture),
                row.ServesAs ?? "",
                $"{row.Size:N0} B",
                row.Digest[..19],
                string.Join(", ", row.Metrics.Select(static metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:0.####}"))),
                row.PublishedAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        return table;
    }
}

/// <summary>A published version, as it is printed.</summary>
internal sealed record ModelRow(
    string Model,
    int Version,
    string? ServesAs,
    long Size,
    string Digest,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Labels,
    DateTimeOffset PublishedAt)
{
    internal static ModelRow Of(Manifest manifest, StackSettings? settings) => new(
        manifest.Model.Text,
        manifest.Version.Number,
        settings?.Models.GetValueOrDefault(manifest.Model) is { } model ? ServesIn(model, manifest) : null,
        manifest.Size,
        manifest.Digest,
        manifest.Metrics,
        manifest.Labels,
        manifest.CreatedAt);

    private static string? ServesIn(ModelSettings model, Manifest manifest) =>
        model.Stable.Version == manifest.Version ? "stable"
        : model.Canary is { } canary && canary.Version == manifest.Version ? $"canary {canary.Percent}%"
        : model.Experiment?.Arms.FirstOrDefault(arm => arm.Value.Version == manifest.Version) is { Key: { } arm, Value: { } settings } ? $"{arm} {settings.Percent}%"
        : model.KeepWarm.Contains(manifest.Version) ? "kept warm"
        : null;
}
