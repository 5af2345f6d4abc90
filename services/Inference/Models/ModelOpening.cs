using ModelServing.Inference.Features;
using ModelServing.Inference.Memory;
using ModelServing.Registry;

namespace ModelServing.Inference.Models;

/// <summary>Opens a model within its time, and with its share of the process's memory, and finds its feature views.</summary>
internal sealed class ModelOpening(
    VersionSettings settings, RunWatch watch, MemoryShares shares, ModelViews views, InferenceMetrics metrics, TimeProvider time)
{
    /// <inheritdoc cref="ModelStart.RunAsync"/>
    /// <param name="artifact">A verified and accepted artifact.</param>
    /// <param name="began">The timestamp at which its load began.</param>
    internal async Task<LoadedModel> OpenAsync(Artifact artifact, long began, Action<string> isCold, CancellationToken cancellation)
    {
        var model = await ModelStart.RunAsync(
            artifact,
            settings,
            shares.RuntimeBytes(artifact.Manifest.Size),
            watch,
            isCold,
            time.GetTimestamp() + (long)(settings.Host.LoadTimeout.TotalSeconds * time.TimestampFrequency),
            cancellation);
        shares.Loaded();
        metrics.Loaded(time.GetElapsedTime(began), model.WarmUpTime);
        return model;
    }

    /// <summary>Finds the views of the model's features, if it uses any.</summary>
    /// <inheritdoc cref="ModelViews.LoadAsync" path="/exception"/>
    internal async Task<bool> FindViewsAsync(LoadedModel model, CancellationToken cancellation)
    {
        if (model.Manifest.Features is { } features)
            model.Use(await views.LoadAsync(model, features, cancellation));
        model.CountInputs();
        return true;
    }

    /// <summary>Says what the model still waits for before it can be served; null if nothing.</summary>
    internal Task<string?> FindUnfilledAsync(LoadedModel model, CancellationToken cancellation) =>
        model.Features is { } plan ? views.FindUnfilledAsync(plan, cancellation) : Task.FromResult<string?>(null);
}
