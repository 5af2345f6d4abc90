using ModelServing.Registry;
using ModelServing.Settings.Models;

namespace ModelServing.Cli;

/// <summary>A published version, as it is printed.</summary>
internal sealed record ModelRow(
    string Model,
    int Version,
    string? ServesAs,
    long? Size,
    string? Digest,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Labels,
    DateTimeOffset? PublishedAt,
    ModelVerdict Verdict)
{
    internal static ModelRow From(Manifest manifest, StackSettings? settings, ModelVerdict verdict) => new(
        manifest.Model.Text,
        manifest.Version.Number,
        ServesIn(settings, new PublishedVersion(manifest.Model, manifest.Version)),
        manifest.Size,
        manifest.Digest,
        manifest.Metrics,
        manifest.Labels,
        manifest.CreatedAt,
        verdict);

    internal static string? ServesIn(StackSettings? stack, PublishedVersion entry) => stack?.Models.GetValueOrDefault(entry.Model) is not { } model ? null
        : model.Stable.Version == entry.Version ? "stable"
        : model.Canary is { } canary && canary.Version == entry.Version ? $"canary {canary.Percent}%"
        : model.Experiment?.Arms.FirstOrDefault(arm => arm.Value.Version == entry.Version) is { Key: { } arm, Value: { } settings } ? $"{arm} {settings.Percent}%"
        : model.KeepWarm.Contains(entry.Version) ? "kept warm"
        : null;
}
