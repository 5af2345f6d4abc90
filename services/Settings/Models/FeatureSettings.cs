using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The feature views: <c>modelserving:features</c>.</summary>
public sealed record FeatureSettings
{
    [Setting(
        "The feature views that are served, by name. The definition of each version must be published. Without views, there is no "
        + "feature server.")]
    public IReadOnlyDictionary<ModelName, ViewSettings> Views { get; init; } = new Dictionary<ModelName, ViewSettings>();

    [Setting(
        "What an event survives once it is acknowledged: the end of the process (`process`), or the end of the machine too (`disk`, with "
        + "which answers wait for the disk).")]
    public EventLogMode Mode { get; init; } = EventLogMode.Process;

    [Setting(
        "After this time, events are shipped to the bucket although their segment has room. A lost volume loses what is not shipped.",
        Min = "1s",
        Max = "1h")]
    public TimeSpan ShipAfter { get; init; } = TimeSpan.FromMinutes(5);
}
