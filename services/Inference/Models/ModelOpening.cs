using ModelServing.Contracts;
using ModelServing.Inference.Memory;
using ModelServing.Registry;

namespace ModelServing.Inference.Models;

/// <summary>Opens a model within its time, and with its share of the process's memory.</summary>
internal sealed class ModelOpening(InferenceSettings settings, RunWatch watch, MemoryShares shares, TimeProvider time)
{
    /// <inheritdoc cref="ModelStart.RunAsync"/>
    internal async Task<LoadedModel> OpenAsync(Artifact artifact, Action<string> isCold, CancellationToken cancellation)
    {
        var model = await ModelStart.RunAsync(
            artifact,
            settings.Threads,
            shares.RuntimeBytes(artifact.Manifest.Size),
            watch,
            isCold,
            time.GetTimestamp() + (long)(settings.LoadTimeout.TotalSeconds * time.TimestampFrequency),
            cancellation);
        shares.Loaded();
        return model;
    }
}
