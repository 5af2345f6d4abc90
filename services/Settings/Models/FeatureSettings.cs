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
}
