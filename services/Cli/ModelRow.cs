using ModelServing.Registry;
using ModelServing.Settings.Models;

namespace ModelServing.Cli;

/// <summary>A published version, as it is printed.</summary>
internal sealed record ModelRow
{
    internal ModelRow(PublishedVersion version, StackSettings? settings, ModelVerdict verdict)
    {
        Model = version.Model.Text;
        Version = version.Version.Number;
        ServesAs = ServesIn(settings, version);
        Verdict = verdict;
    }

    public string Model { get; }

    public int Version { get; }

    /// <summary>The variant in the stack file; null if the stack file does not name the version.</summary>
    public string? ServesAs { get; }

    /// <summary>The model file's size in bytes; null if the manifest is unreadable.</summary>
    public long? Size { get; private init; }

    public string? Digest { get; private init; }

    public IReadOnlyDictionary<string, double> Metrics { get; private init; } = new Dictionary<string, double>();

    public IReadOnlyDictionary<string, string> Labels { get; private init; } = new Dictionary<string, string>();

    public DateTimeOffset? PublishedAt { get; private init; }

    public ModelVerdict Verdict { get; }

    internal static ModelRow From(Manifest manifest, StackSettings? settings, ModelVerdict verdict) =>
        new(new PublishedVersion(manifest.Model, manifest.Version), settings, verdict)
        {
            Size = manifest.Size,
            Digest = manifest.Digest,
            Metrics = manifest.Metrics,
            Labels = manifest.Labels,
            PublishedAt = manifest.CreatedAt,
        };

    private static string? ServesIn(StackSettings? stack, PublishedVersion entry) =>
        stack?.Models.GetValueOrDefault(entry.Model) is not { } model ? null
        : model.Stable.Version == entry.Version ? "stable"
        : model.Canary is { } canary && canary.Version == entry.Version ? $"canary {canary.Percent}%"
        : model.Experiment?.Arms.FirstOrDefault(
            arm => arm.Value.Version == entry.Version) is { Key: { } arm, Value: { } settings } ? $"{arm} {settings.Percent}%"
        : model.KeepWarm.Contains(entry.Version) ? "kept warm"
        : null;
}
