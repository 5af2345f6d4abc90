using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>Makes the settings of the inference hosts.</summary>
internal sealed class InferenceHostSettings(PlatformSettings settings, PlatformPredictions predictions, Func<CacheSettings?> cache)
{
    /// <summary>The settings of a host that serves one version.</summary>
    internal InferenceSettings ForVersion(PublishedVersion version) => Shared with
    {
        Model = version.Model,
        Version = version.Version,
        Predictions = predictions.OfVersion(version.Model),
        BatchRows = settings.Stack.Models.TryGetValue(version.Model, out var model) ? model.BatchRows : InferenceSettings.DefaultBatchRows,
    };

    /// <summary>The settings of a host that serves a pool. What belongs to one model is in the pool's document.</summary>
    /// <param name="document">The document: <see cref="InferenceSettings.Pool"/>.</param>
    /// <param name="state">The folder of the host's state.</param>
    internal InferenceSettings ForPool(string document, string state) => Shared with
    {
        Pool = document,
        PoolState = state,
        Predictions = predictions.OfRouter,
    };

    private InferenceSettings Shared => new()
    {
        Registry = settings.Registry,
        Cache = cache(),
        AccessLog = settings.AccessLog,
        Minute = settings.Pace.Minute,
        MaxRequestBytes = settings.Stack.MaxRequestBytes,
        Urls = "http://127.0.0.1:0",
    };
}
