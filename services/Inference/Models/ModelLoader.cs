using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Registry;

namespace ModelServing.Inference.Models;

/// <summary>
/// Loads the one version while the host already answers that it lives: verify, open, warm up, then ready. A version that can't be
/// loaded ends the process: it would never become ready. But for one that a store on the network has not yet, or not now: that is
/// waited for, and readiness says so.
/// </summary>
internal sealed class ModelLoader(
    InferenceSettings settings, ModelRegistry registry, Readiness readiness, HostFailure failure, TimeProvider time, ILogger<ModelLoader> logger)
    : BackgroundService
{
    private volatile ServedModel? model;

    /// <summary>The model; null until it is ready.</summary>
    internal ServedModel? Model => model;

    public override void Dispose()
    {
        base.Dispose();
        model?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        readiness.NotReady($"loading {settings.Model} version {settings.Version}");
        var began = time.GetTimestamp();
        try
        {
            var artifact = await ReadAsync(stoppingToken);
            var opened = ServedModel.Open(artifact, settings.Threads);
            WarmUp(opened);
            model = opened;
            readiness.Ready();
            LoaderLog.Loaded(logger, settings.Model, settings.Version, artifact.Manifest.Size, artifact.Manifest.Digest, (long)time.GetElapsedTime(began).TotalMilliseconds);
        }
        catch (Exception e) when (e is RegistryException or ModelException)
        {
            failure.Stop($"{settings.Model} version {settings.Version} can't be served from {registry.Location}: {e.Message}");
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped while loading.
        }
    }

    /// <summary>Reads the artifact; asks again, as long as it takes, for one that may be there or in reach later.</summary>
    private async Task<Artifact> ReadAsync(CancellationToken cancellation)
    {
        var delay = new PollDelay(Random.Shared);
        while (true)
        {
            try
            {
                return await registry.ReadArtifactAsync(settings.Model, settings.Version, cancellation);
            }
            catch (RegistryException e) when (registry.IsRemote && e.Error is RegistryError.NotFound or RegistryError.Unavailable)
            {
                var wait = delay.Next();
                var why = $"waiting for {settings.Model} version {settings.Version} in {registry.Location}: {(e.Error == RegistryError.NotFound ? "no manifest" : e.Message)}";
                readiness.NotReady(why);
                LoaderLog.Waiting(logger, why, wait.TotalSeconds);
                await Task.Delay(wait, time, cancellation);
            }
        }
    }

    private void WarmUp(ServedModel opened)
    {
        try
        {
            opened.WarmUp();
        }
        catch (OnnxRuntimeException e)
        {
            // Zeros need not be a valid input; the version may answer real ones all the same.
            LoaderLog.ColdStart(logger, settings.Model, settings.Version, e.Message);
        }
    }
}

internal static partial class LoaderLog
{
    [LoggerMessage(30, LogLevel.Information, "Ready: {Model} version {Version}, {Size} bytes, {Digest}, loaded in {Milliseconds} ms")]
    internal static partial void Loaded(ILogger logger, ModelName model, ModelVersion version, long size, string digest, long milliseconds);

    [LoggerMessage(31, LogLevel.Warning, "{Model} version {Version} does not run on zeros, so it starts cold: {Why}")]
    internal static partial void ColdStart(ILogger logger, ModelName model, ModelVersion version, string why);

    [LoggerMessage(32, LogLevel.Warning, "Not ready, {Why}; asking again in {Seconds:0.#} s")]
    internal static partial void Waiting(ILogger logger, string why, double seconds);
}
