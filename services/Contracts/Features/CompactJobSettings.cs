namespace ModelServing.Contracts.Features;

/// <summary>How services/Jobs compacts the event log in a pod of a Kubernetes Job.</summary>
public sealed record CompactJobSettings : FeatureJobSettings
{
    /// <summary>For how many days segments are kept at least.</summary>
    public required int KeepDays { get; init; }

    public override IReadOnlyList<string> Arguments =>
        ["features", "compact", "--keep-days", Text(KeepDays), "--memory-mb", Text(MemoryMegabytes)];
}
