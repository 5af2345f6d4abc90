using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.Safety;

namespace ModelServing.Inference.Models;

/// <summary>
/// Loads the version while the host already answers liveness checks. If a store on the network does not have the version yet, or can't be
/// read now, the loader waits. A refused version never reaches ONNX Runtime: the host stays alive and reports the reason. As a version
/// never changes, it is read again only if its manifest changes. A fault in a folder needs the person who started the process, so it ends
/// the process. So does a version that takes too long: the machine may be busy, so its supervisor may start the process again. A version of
/// a pool ends no process: it is refused, and the others are served.
/// </summary>
/// <remarks>
/// <code>
/// 1 read      manifest and model, and verify size and digest
/// 2 inspect   the very bytes that are loaded, by the same rules as 'ms publish' and the function ModelLoader
/// 3 open      in ONNX Runtime, and warm up
/// 4 features  find the views that the model uses, and wait until they are filled; then the host is ready
/// 5 refused   readiness, the log and every answer report the reason; back to 1 when the manifest changes
/// </code>
/// </remarks>
internal sealed class ArtifactLoader(
    VersionSettings settings,
    ModelRegistry registry,
    ModelOpening opening,
    VersionModel model,
    VersionReadiness readiness,
    TimeProvider time,
    ILogger<ArtifactLoader> logger)
{
    private readonly PollDelay delay = new(Random.Shared);
    private string? lastRefused;
    private volatile TaskCompletionSource wakeUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends the current wait, if any, because the artifact may have changed.</summary>
    internal void CheckNow() => wakeUp.TrySetResult();

    /// <summary>Makes one attempt. Returns whether there is nothing left to do.</summary>
    internal async Task<bool> LoadAsync(CancellationToken cancellation)
    {
        readiness.NotReady($"loading {settings}");
        // The digest is taken before the manifest is read, so that a change in between is noticed.
        var digest = await WaitForManifestAsync(cancellation);
        string? why;
        try
        {
            why = await FindCrashAsync(digest, cancellation) ?? await TryLoadAsync(cancellation);
        }
        catch (TimeoutException)
        {
            why = $"was not open and warm within {settings.Host.LoadTimeout.TotalSeconds:0.#} s " +
                $"({HostEnvironment.NameOf(nameof(settings.Host.LoadTimeout))})";
            if (!settings.IsPooled)
                return Stop($"{settings} {why}");
            why = $"it {why}";
        }

        if (why is null)
        {
            if (!settings.IsPooled)
                return true;
            // Until it was closed to make room, and could not be opened again.
            await model.UntilLostAsync(cancellation);
            return false;
        }

        // 5
        if (!registry.IsRemote && !settings.IsPooled)
            return Stop($"{settings} can't be served from {registry.Location}: {why}");
        var refused = $"{settings} is refused: {why}";
        // A folder is read as often as the manifest of a bucket.
        if (refused != lastRefused)
            ArtifactLoaderLog.Refused(logger, lastRefused = refused, registry.IsRemote ? "only when its manifest changes" : "every minute");
        readiness.Refuse(refused);
        if (registry.IsRemote)
            await WaitForOtherManifestAsync(digest, cancellation);
        else
            await SleepAsync(delay.NextForRefused(), cancellation);
        return false;
    }

    /// <summary>Opens the model again, after it was closed to make room. Never throws.</summary>
    internal async Task ReopenAsync(CancellationToken cancellation)
    {
        string? why;
        try
        {
            LoadedModel? opened;
            (opened, why) = await OpenInTurnAsync(model.Known, cancellation);
            if (opened is not null && opened.Manifest.Digest != model.Known!.Manifest.Digest)
                await UseFeaturesAsync(opened, cancellation);
            if (opened is not null)
                model.Set(opened);
        }
        catch (Exception e)
        {
            why = e is TimeoutException ? "it took too long" : e.Message;
        }

        if (why is null)
            return;
        if (!cancellation.IsCancellationRequested)
            readiness.Refuse($"{settings} can't be opened again: {why}");
        model.Lose();
    }

    // The only version of a process ends it.
    private bool Stop(string why)
    {
        readiness.Fail(why);
        return true;
    }

    /// <summary>Loads the artifact. Returns null if the model is ready, otherwise the reason for the refusal.</summary>
    private async Task<string?> TryLoadAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        try
        {
            var (opened, why) = await RetryAsync(token => OpenInTurnAsync(null, token), cancellation);
            if (opened is null)
                return why;
            await UseFeaturesAsync(opened, cancellation); // 4
            ArtifactLoaderLog.Batching(logger, settings.Model, settings.Version, opened.Batching.Text);
            model.Set(opened);
            readiness.Ready();
            lastRefused = null;
            var milliseconds = (long)time.GetElapsedTime(began).TotalMilliseconds;
            ArtifactLoaderLog.Loaded(
                logger, settings.Model, settings.Version, opened.Manifest.Size, opened.Manifest.Digest, milliseconds);
            return null;
        }
        catch (Exception e) when (e is RegistryException or ModelException)
        {
            return e.Message;
        }
        catch (Exception e) when (!registry.IsRemote && e is not (OperationCanceledException or TimeoutException))
        {
            return $"unexpected {e.GetType().Name}: {e.Message}";
        }
    }

    private async Task<string?> FindCrashAsync(string? digest, CancellationToken cancellation)
    {
        if (!opening.IsCulprit(digest))
            return null;
        try
        {
            // The first time, its digest becomes known. Another one is another artifact.
            if (!opening.IsCulprit(digest ?? await FindManifestDigestAsync(cancellation)))
                return null;
        }
        catch (RegistryException)
        {
            // Then it can't be another artifact either.
        }

        return "the process before this one crashed while it ran or was being opened; it is opened again when its pool changes, or when " +
            "it is published again";
    }

    // Returns the open model, or why it is refused. Versions of a pool take turns, so the bytes of few are in memory at a time.
    private async Task<(LoadedModel? Model, string? Why)> OpenInTurnAsync(LoadedModel? known, CancellationToken cancellation)
    {
        using var turn = await opening.TurnAsync(cancellation);
        var began = time.GetTimestamp();
        var artifact = await registry.ReadArtifactAsync(settings.Model, settings.Version, cancellation); // 1
        var report = ArtifactRules.Inspect(artifact, registry.Limits); // 2
        if (!report.IsAccepted)
        {
            foreach (var finding in report.Findings)
                ArtifactLoaderLog.Finding(logger, settings.Model, settings.Version, finding.Code, finding.Place, finding.Message);
            var others = report.Findings.Count - 1 + report.MoreFindings;
            return (null, $"{report.Findings[0]}{(others > 0 ? $", and {others} more" : "")}");
        }

        var opened = await opening.OpenAsync(
            artifact, known, began, why => ArtifactLoaderLog.ColdStart(logger, settings.Model, settings.Version, why), cancellation); // 3
        opening.Opened(model, opened);
        return (opened, null);
    }

    // A version that is never served is closed.
    private async Task UseFeaturesAsync(LoadedModel opened, CancellationToken cancellation)
    {
        try
        {
            await RetryAsync(token => opening.FindViewsAsync(opened, token), cancellation);
            while (await opening.FindUnfilledAsync(opened, cancellation) is { } why)
                await WaitAsync(why, mayLast: true, cancellation);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the version's manifest and returns its digest. For a folder, returns null at once, because it is not
    /// polled.</summary>
    private async Task<string?> WaitForManifestAsync(CancellationToken cancellation)
    {
        while (registry.IsRemote)
        {
            if (await FindManifestDigestAsync(cancellation) is { } digest)
                return digest;
            await WaitAsync("no manifest", mayLast: true, cancellation);
        }

        return null;
    }

    private async Task WaitForOtherManifestAsync(string? digest, CancellationToken cancellation)
    {
        var why = readiness.Reason!;
        do
        {
            readiness.Refuse(why);
            await SleepAsync(delay.NextForRefused(), cancellation);
        }
        while (await FindManifestDigestAsync(cancellation) == digest);
    }

    private Task<string?> FindManifestDigestAsync(CancellationToken cancellation) =>
        RetryAsync(token => registry.FindManifestDigestAsync(settings.Model, settings.Version, token), cancellation);

    /// <summary>Reads from the registry. While a store on the network can't answer, retries without a limit.</summary>
    private async Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await read(cancellation);
            }
            catch (RegistryException e) when (registry.IsRemote && e.Error is RegistryError.NotFound or RegistryError.Unavailable)
            {
                var isManifest = e.Key == RegistryLayout.Manifest(settings.Model, settings.Version);
                await WaitAsync(
                    e.Error == RegistryError.NotFound && isManifest ? "no manifest" : e.Message,
                    mayLast: e.Error == RegistryError.NotFound,
                    cancellation);
            }
        }
    }

    // What may last is the version's own affair, which its pool does not wait for.
    private async Task WaitAsync(string reason, bool mayLast, CancellationToken cancellation)
    {
        var wait = delay.Next();
        var why = $"waiting for {settings} in {registry.Location}: {reason}";
        if (mayLast)
            readiness.Refuse(why);
        else
            readiness.NotReady(why);
        ArtifactLoaderLog.Waiting(logger, why, wait.TotalSeconds);
        await SleepAsync(wait, cancellation);
    }

    /// <summary>Sleeps until <see cref="CheckNow"/> is called, or for <paramref name="duration"/> if it is not.</summary>
    private async Task SleepAsync(TimeSpan duration, CancellationToken cancellation)
    {
        try
        {
            await wakeUp.Task.WaitAsync(duration, time, cancellation);
        }
        catch (TimeoutException)
        {
            // No announcement came, so it is time to poll.
        }

        wakeUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

internal static partial class ArtifactLoaderLog
{
    [LoggerMessage(30, LogLevel.Information, "Ready: {Model} version {Version}, {Size} bytes, {Digest}, loaded in {Milliseconds} ms")]
    internal static partial void Loaded(
        ILogger logger, ModelName model, ModelVersion version, long size, string digest, long milliseconds);

    [LoggerMessage(35, LogLevel.Information, "{Model} version {Version} runs requests {Batching}")]
    internal static partial void Batching(ILogger logger, ModelName model, ModelVersion version, string batching);

    [LoggerMessage(31, LogLevel.Warning, "{Model} version {Version} can't be warmed up with zeros, so its first calls may be slow: {Why}")]
    internal static partial void ColdStart(ILogger logger, ModelName model, ModelVersion version, string why);

    [LoggerMessage(32, LogLevel.Warning, "Not ready, {Why}; retrying in {Seconds:0.#} s")]
    internal static partial void Waiting(ILogger logger, string why, double seconds);

    [LoggerMessage(33, LogLevel.Error, "{Model} version {Version}: {Place}: {Message} ({Code})")]
    internal static partial void Finding(
        ILogger logger, ModelName model, ModelVersion version, string code, string place, string message);

    [LoggerMessage(34, LogLevel.Error, "Not ready, {Why}; it is read again {When}")]
    internal static partial void Refused(ILogger logger, string why, string when);
}
