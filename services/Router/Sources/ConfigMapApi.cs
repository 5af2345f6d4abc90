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

/// <summary>Reads one ConfigMap through the Kubernetes API, on connections of its own: after a failure another one is made, so that nothing
/// of what failed (a dead connection, a token that was replaced) is used again.</summary>
/// <remarks>Both requests select the object by its name, for a role that names it admits nothing else.</remarks>
internal sealed class ConfigMapApi : IDisposable
{
    private readonly ClusterObject target;
    private readonly WatchLimits limits;
    private readonly TimeProvider time;
    private readonly X509Certificate2Collection? authorities;
    private readonly Kubernetes client;

    /// <summary>Makes it; nothing is asked yet.</summary>
    /// <exception cref="WatchFailure">The access can't be had.</exception>
    internal ConfigMapApi(ClusterObject target, ClusterAccess access, WatchLimits limits, TimeProvider time)
    {
        this.target = target;
        this.limits = limits;
        this.time = time;
        try
        {
            var configuration = access();
            configuration.UserAgent = "modelserving-router";
            // With HTTP/2 the next request would go to the same dead connection; with HTTP/1.1 one that is given up is closed.
            configuration.DisableHttp2 = true;
            // The client's own check of a certificate by an authority does not look at the names in it; the platform's does.
            (authorities, configuration.SslCaCerts) = (configuration.SslCaCerts, null);
            configuration.FirstMessageHandlerSetup = SetUp;
            client = new Kubernetes(configuration);
        }
        catch (Exception e)
        {
            throw new WatchFailure("access", e.GetBaseException().Message);
        }
    }

    /// <summary>Reads the object as it is now, from no cache: a list without a version is a consistent read.</summary>
    /// <returns>The object, null when there is none, and the version to watch from.</returns>
    /// <exception cref="WatchFailure">It can't be read.</exception>
    internal async Task<(V1ConfigMap? Object, string Version)> ListAsync(CancellationToken cancellation)
    {
        using var limit = new TimeLimit(limits.List, time, cancellation);
        V1ConfigMapList list;
        try
        {
            // The client reads the body of a refusal without a limit.
            list = await client.CoreV1.ListNamespacedConfigMapAsync(target.Namespace, fieldSelector: Selector, cancellationToken: limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            throw limit.IsOver ? new WatchFailure("late", $"a list was not answered within {limits.List.TotalSeconds:0.###} s") : Failed("a list", e);
        }

        return list?.Metadata?.ResourceVersion is { Length: > 0 } version
            ? (list.Items?.FirstOrDefault(IsTarget), version)
            : throw new WatchFailure("answer", "a list was answered with no resourceVersion");
    }

    /// <summary>Gives the events after <paramref name="version"/>, bookmarks among them, until the API server ends it.</summary>
    /// <exception cref="WatchFailure">It failed, or nothing came for too long. The time that the caller takes for an event does not count.</exception>
    internal async IAsyncEnumerable<(WatchEventType Type, V1ConfigMap Object)> WatchAsync(string version, [EnumeratorCancellation] CancellationToken cancellation)
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
                // The client would go on and wait for the next event.
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
                // So the client calls the end of a watch that had no event.
                break;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                throw error is null && limit.IsCancellationRequested
                    ? new WatchFailure("silence", $"a watch said nothing for {limits.Silence.TotalSeconds:0.###} s")
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
        JsonException => new WatchFailure("answer", $"{what} was answered with what is no JSON of it: {e.Message}"),
        _ => new WatchFailure("connection", $"{what} broke off: {e.GetBaseException().Message}"),
    };

    private static WatchFailure Refused(string what, HttpStatusCode status, string? message) =>
        new(((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture), $"{what} was answered with {(int)status}{(message is { Length: > 0 } ? $": {message}" : "")}");

    // An answer of the API server itself; a proxy's is its own page, and of no use.
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
