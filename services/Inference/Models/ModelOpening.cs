using ModelServing.Inference.Crashes;
using ModelServing.Inference.Features;
using ModelServing.Inference.Memory;
using ModelServing.Registry;

namespace ModelServing.Inference.Models;

/// <summary>Opens a model within its time, and with its share of the process's memory, and finds its feature views.</summary>
internal sealed class ModelOpening(
    VersionSettings settings,
    SharedRuns runs,
    ModelRoom room,
    MemoryShares shares,
    ModelViews views,
    InferenceMetrics metrics,
    VersionRecord? record = null)
{
    private readonly TimeProvider time = runs.Time;

    /// <inheritdoc cref="Crashes.VersionRecord.IsCulprit"/>
    internal bool IsCulprit(string? manifest) => record?.IsCulprit(manifest) == true;

    /// <inheritdoc cref="ModelRoom.TurnAsync"/>
    internal Task<IDisposable?> TurnAsync(CancellationToken cancellation) => room.TurnAsync(cancellation);

    /// <inheritdoc cref="ModelStart.RunAsync"/>
    /// <param name="artifact">A verified and accepted artifact.</param>
    /// <param name="known">The model as it was last open; null if it never was.</param>
    /// <param name="began">The timestamp at which its load began.</param>
    internal async Task<LoadedModel> OpenAsync(
        Artifact artifact, LoadedModel? known, long began, Action<string> isCold, CancellationToken cancellation)
    {
        var place = await room.TakeAsync(artifact.Manifest.Size, cancellation);
        LoadedModel model;
        try
        {
            using var alone = record?.IsSuspect == true ? await runs.Turns.TakeSuspectTurnAsync(cancellation) : null;
            model = await ModelStart.RunAsync(
                artifact,
                settings,
                new ModelMemory(shares.RuntimeBytes(artifact.Manifest.Size), room.Arena, place),
                runs.Watch,
                known?.Manifest.Digest == artifact.Manifest.Digest ? known : null,
                record,
                isCold,
                time.GetTimestamp() + (long)(settings.Host.LoadTimeout.TotalSeconds * time.TimestampFrequency),
                cancellation);
        }
        catch
        {
            place?.Dispose();
            throw;
        }

        shares.Loaded();
        metrics.Loaded(time.GetElapsedTime(began), model.WarmUpTime);
        return model;
    }

    /// <inheritdoc cref="ModelRoom.Opened"/>
    internal void Opened(VersionModel model, LoadedModel opened) => room.Opened(model, opened.Arena);

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
