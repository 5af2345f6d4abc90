using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ModelServing.Router.Threading;
using k8s;
using k8s.Autorest;
using k8s.Models;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Router.Sources;

/// <summary>Reads one ConfigMap through the Kubernetes API, on its own connections. After a failure, a new instance is made, so that a dead
/// connection or a replaced token is not used again.</summary>
/// <remarks>Both requests select the object by its name, because a role that names the object allows nothing else.</remarks>
internal sealed class ConfigMapApi : IDisposable
{
    private readonly ClusterObject target;
    private readonly WatchLimits limits;
    private readonly TimeProvider time;
    private readonly X509Certificate2Collection? authorities;
    private readonly Kubernetes client;

    /// <exception cref="WatchFailure">This process has no access to the API.</exception>
    internal ConfigMapApi(ClusterObject target, ClusterAccess access, WatchLimits limits, TimeProvider time)
    {
        this.target = target;
        this.limits = limits;
        this.time = time;
        try
        {
            var configuration = access();
            configuration.UserAgent = "modelserving-router";
            // With HTTP/2, the next request would use the same dead connection. With HTTP/1.1, an abandoned request closes its connection.
            configuration.DisableHttp2 = true;
            // The client's own check of a certificate chain ignores the host name; .NET's check does not.
            authorities = configuration.SslCaCerts;
            configuration.SslCaCerts = null;
            configuration.FirstMessageHandlerSetup = SetUp;
            client = new Kubernetes(configuration);
        }
        catch (Exception e)
        {
            throw new WatchFailure("access", e.GetBaseException().Message);
        }
    }

    /// <summary>Reads the object's current state, bypassing caches: a list without a version is a consistent read.</summary>
    /// <returns>The object, null if it does not exist, and the version to watch from.</returns>
    /// <exception cref="WatchFailure">The object can't be read.</exception>
    internal async Task<(V1ConfigMap? Object, string Version)> ListAsync(CancellationToken cancellation)
    {
        using var limit = new TimeLimit(limits.List, time, cancellation);
        V1ConfigMapList list;
        try
        {
            // WaitAsync, because the client ignores the token while it reads the body of a refusal.
            list = await client.CoreV1
                .ListNamespacedConfigMapAsync(target.Namespace, fieldSelector: Selector, cancellationToken: limit.Token)
                .WaitAsync(limit.Token);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            throw limit.IsOver
                ? new WatchFailure("late", $"no answer to a list within {limits.List.TotalSeconds:0.###} s")
                : Failed("a list", e);
        }

        return list?.Metadata?.ResourceVersion is { Length: > 0 } version
            ? (list.Items?.FirstOrDefault(IsTarget), version)
            : throw new WatchFailure("answer", "the answer to a list has no resourceVersion");
    }

    /// <summary>Returns the events after <paramref name="version"/>, including bookmarks, until the API server ends the watch.</summary>
    /// <exception cref="WatchFailure">The watch failed, or nothing came for too long. The caller's time for an event does not
    /// count.</exception>
    internal async IAsyncEnumerable<(WatchEventType Type, V1ConfigMap Object)> WatchAsync(
        string version, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(limits.Silence, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        Exception? error = null;
        await using var events = client.CoreV1.WatchListNamespacedConfigMapAsync(
            target.Namespace,
            allowWatchBookmarks: true,
            fieldSelector: Selector,
            resourceVersion: version,
            timeoutSeconds: limits.WatchSeconds(Random.Shared.NextDouble()),
            onError: e =>
            {
                // Otherwise the client would wait for the next event.
                error ??= e;
                limit.Cancel();
            },
            cancellationToken: ended.Token).GetAsyncEnumerator(ended.Token);
        while (true)
        {
            try
            {
                if (!await events.MoveNextAsync())
                    break;
            }
            catch (Exception e) when (e.GetBaseException() is EndOfStreamException)
            {
                // The client reports the end of a watch without events in this way.
                break;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                throw error is null && limit.IsCancellationRequested
                    ? new WatchFailure("silence", $"no event or bookmark came for {limits.Silence.TotalSeconds:0.###} s")
                    : Failed("a watch", error ?? e);
            }

            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            if (events.Current.Item1 == WatchEventType.Bookmark || IsTarget(events.Current.Item2))
                yield return events.Current;
            limit.CancelAfter(limits.Silence);
        }

        cancellation.ThrowIfCancellationRequested();
        if (error is not null)
            throw Failed("a watch", error);
    }

    public void Dispose()
    {
        client.Dispose();
        foreach (var authority in authorities ?? [])
            authority.Dispose();
    }

    private string Selector => $"metadata.name={target.Name}";

    private bool IsTarget(V1ConfigMap map) => map.Metadata?.Name == target.Name;

    private void SetUp(SocketsHttpHandler handler)
    {
        handler.ConnectTimeout = limits.List;
        handler.ConnectCallback = ThreadPoolStream.ConnectAsync;
        if (authorities is null)
            return;
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
    }

    private static WatchFailure Failed(string what, Exception e) => e switch
    {
        HttpOperationException { Response: { } response } => Refused(what, response.StatusCode, MessageOf(response.Content)),
        KubernetesException { Status: { Code: { } code } status } => Refused(what, (HttpStatusCode)code, status.Message),
        JsonException => new WatchFailure("answer", $"the answer to {what} is not the expected JSON: {e.Message}"),
        _ => new WatchFailure("connection", $"{what} broke off: {e.GetBaseException().Message}"),
    };

    private static WatchFailure Refused(string what, HttpStatusCode status, string? message) =>
        new(
            ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture),
            $"{what} was answered with {(int)status}{(message is { Length: > 0 } ? $": {message}" : "")}");

    // Null for an answer that is not the API server's own, such as a proxy's error page.
    private static string? MessageOf(string content)
    {
        try
        {
            return KubernetesJson.Deserialize<V1Status>(content)?.Message;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
