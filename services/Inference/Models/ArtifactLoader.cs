using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Registry;
using ModelServing.Registry.Safety;

namespace ModelServing.Inference.Models;

/// <summary>
/// Loads the one version while the host already answers that it lives. A version that a store on the network has not yet, or not now, is
/// waited for. One that is refused is never handed to ONNX Runtime: the host stays alive and says why, and as a version never changes, it is
/// not read again unless its manifest is another one. A folder's faults wait for the person who started the process: they end it.
/// </summary>
/// <remarks>
/// <code>
/// 1 read      manifest and model, and verify size and digest
/// 2 inspect   the very bytes that are loaded, by the rules that 'ms publish' and the function ModelLoader hold an artifact against
/// 3 open      in ONNX Runtime, and warm up; then the host is ready
/// 4 refused   readiness, the log and every answer say why; back to 1 when the manifest has changed
/// </code>
/// </remarks>
internal sealed class ArtifactLoader(
    InferenceSettings settings, ModelRegistry registry, Readiness readiness, HostFailure failure, TimeProvider time, ILogger<ArtifactLoader> logger)
    : BackgroundService
{
    private readonly PollDelay delay = new(Random.Shared);
    private volatile LoadedModel? model;
    private volatile TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The model; null until it is ready.</summary>
    internal LoadedModel? Model => model;

    public override void Dispose()
    {
        base.Dispose();
        model?.Dispose();
    }

    /// <summary>Ends the wait for the version, if there is one: something may have come.</summary>
    internal void LookAgain() => told.TrySetResult();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                readiness.NotReady($"loading {settings.Model} version {settings.Version}");
                // Before it is read, so that a change meanwhile is seen.
                var manifest = await UntilThereAsync(stoppingToken);
                if (await TryLoadAsync(stoppingToken) is not { } why)
                    return;
                // 4
                if (!registry.IsRemote)
                {
                    failure.Stop($"{settings.Model} version {settings.Version} can't be served from {registry.Location}: {why}");
                    return;
                }

                await UntilReplacedAsync(manifest, $"{settings.Model} version {settings.Version} is refused: {why}", stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped while loading.
        }
    }

    /// <summary>Loads what is there; gives why it is refused, null when it is ready.</summary>
    private async Task<string?> TryLoadAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        try
        {
            var artifact = await AskAsync(token => registry.ReadArtifactAsync(settings.Model, settings.Version, token), cancellation); // 1
            var report = ArtifactRules.Inspect(artifact, registry.Limits); // 2
            if (!report.IsAccepted)
            {
                foreach (var finding in report.Findings)
                    LoaderLog.Found(logger, settings.Model, settings.Version, finding.Code, finding.Place, finding.Message);
                var others = report.Findings.Count - 1 + report.MoreFindings;
                return $"{report.Findings[0]}{(others > 0 ? $", and {others} more" : "")}";
            }

            var opened = LoadedModel.Open(artifact, settings.Threads); // 3
            WarmUp(opened);
            model = opened;
            readiness.Ready();
            LoaderLog.Loaded(logger, settings.Model, settings.Version, artifact.Manifest.Size, artifact.Manifest.Digest, (long)time.GetElapsedTime(began).TotalMilliseconds);
            return null;
        }
        catch (Exception e) when (e is RegistryException or ModelException)
        {
            return e.Message;
        }
    }

    /// <summary>The digest of the version's manifest, once there is one; null, at once, where the store is not asked again.</summary>
    private async Task<string?> UntilThereAsync(CancellationToken cancellation)
    {
        while (registry.IsRemote)
        {
            if (await AskAsync(token => registry.FindManifestDigestAsync(settings.Model, settings.Version, token), cancellation) is { } digest)
                return digest;
            await WaitAsync("no manifest", cancellation);
        }

        return null;
    }

    private async Task UntilReplacedAsync(string? manifest, string why, CancellationToken cancellation)
    {
        LoaderLog.Refused(logger, why);
        do
        {
            readiness.NotReady(why);
            await UntilToldAsync(delay.NextOfRefused(), cancellation);
        }
        while (await AskAsync(token => registry.FindManifestDigestAsync(settings.Model, settings.Version, token), cancellation) == manifest);
    }

    /// <summary>Asks the store; again, as long as it takes, when it is on the network and can't answer now.</summary>
    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await ask(cancellation);
            }
            catch (RegistryException e) when (registry.IsRemote && e.Error is RegistryError.NotFound or RegistryError.Unavailable)
            {
                await WaitAsync(e.Error == RegistryError.NotFound ? "no manifest" : e.Message, cancellation);
            }
        }
    }

    private async Task WaitAsync(string what, CancellationToken cancellation)
    {
        var wait = delay.Next();
        var why = $"waiting for {settings.Model} version {settings.Version} in {registry.Location}: {what}";
        readiness.NotReady(why);
        LoaderLog.Waiting(logger, why, wait.TotalSeconds);
        await UntilToldAsync(wait, cancellation);
    }

    private async Task UntilToldAsync(TimeSpan most, CancellationToken cancellation)
    {
        try
        {
            await told.Task.WaitAsync(most, time, cancellation);
        }
        catch (TimeoutException)
        {
            // Nobody said anything, so it looks by itself.
        }

        told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void WarmUp(LoadedModel opened)
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

    [LoggerMessage(33, LogLevel.Error, "{Model} version {Version}: {Place}: {Message} ({Code})")]
    internal static partial void Found(ILogger logger, ModelName model, ModelVersion version, string code, string place, string message);

    [LoggerMessage(34, LogLevel.Error, "Not ready, {Why}; it is not read again before its manifest changes")]
    internal static partial void Refused(ILogger logger, string why);

    [LoggerMessage(32, LogLevel.Warning, "Not ready, {Why}; asking again in {Seconds:0.#} s")]
    internal static partial void Waiting(ILogger logger, string why, double seconds);
}
