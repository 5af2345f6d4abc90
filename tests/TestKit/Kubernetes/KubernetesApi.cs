using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.Kubernetes;

/// <summary>
/// A Kubernetes API server that lists and watches the ConfigMaps of one namespace. Callers need the token and may only select one ConfigMap
/// by its name. A test changes the ConfigMaps and injects faults.
/// </summary>
/// <remarks>
/// Versions are opaque: their texts are not numbers and have no order. A list that names a version is answered from a cache that is one
/// change behind, as a list with <c>resourceVersion=0</c> may be.
/// </remarks>
public sealed class KubernetesApi : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string space;
    private readonly Lock gate = new();
    private readonly ConcurrentQueue<ApiCall> calls = new();
    private readonly CancellationTokenSource stop = new();

    // Guarded by gate. The index of a version in versions is the index of its event in events. Versions before oldest are gone.
    private readonly List<string> versions = [];
    private readonly List<JsonObject?> events = [];
    private readonly Dictionary<string, JsonObject> objects = [];
    private Dictionary<string, JsonObject> objectsBefore = [];
    private readonly List<Watch> watches = [];
    private int oldest;

    private KubernetesApi(string space, IPEndPoint address, X509Certificate2? certificate)
    {
        this.space = space;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(address, listen =>
            {
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
        });
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        app = builder.Build();
        app.Run(HandleAsync);
        Advance(null);
    }

    public Uri Endpoint => new(app.Urls.First());

    /// <summary>The accepted token. Any other is answered with 401.</summary>
    public string Token { get; set; } = "the-token";

    /// <summary>Returns the status with which a call is refused, or null to answer it.</summary>
    public Func<ApiCall, int?> Refuses { get; set; } = static _ => null;

    /// <summary>Returns whether a call is never answered.</summary>
    public Func<ApiCall, bool> Hangs { get; set; } = static _ => false;

    /// <summary>Whether a watch from a version that is gone is answered with 200 and an ERROR event instead of 410. Real servers do
    /// both.</summary>
    public bool SaysGoneByEvent { get; set; }

    /// <summary>The calls so far, in order of arrival.</summary>
    public IReadOnlyList<ApiCall> Calls => [.. calls];

    public IReadOnlyList<ApiCall> Lists => [.. calls.Where(static call => !call.IsWatch)];

    public IReadOnlyList<ApiCall> Watches => [.. calls.Where(static call => call.IsWatch)];

    /// <summary>How many watches are open.</summary>
    public int OpenWatches
    {
        get
        {
            lock (gate)
                return watches.Count;
        }
    }

    /// <summary>The newest version.</summary>
    public string Version
    {
        get
        {
            lock (gate)
                return versions[^1];
        }
    }

    /// <summary>Starts a server.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="address">The address to listen on; a free loopback port by default.</param>
    /// <param name="certificate">The server's certificate; null means plain HTTP.</param>
    public static async Task<KubernetesApi> StartAsync(string space, IPEndPoint? address = null, X509Certificate2? certificate = null)
    {
        var api = new KubernetesApi(space, address ?? new IPEndPoint(IPAddress.Loopback, 0), certificate);
        await api.app.StartAsync();
        return api;
    }

    /// <summary>Creates or replaces a ConfigMap.</summary>
    public void Set(string name, params (string Key, string Text)[] data) => Set(name, data, []);

    /// <summary>Creates or replaces a ConfigMap with values of bytes, in base64.</summary>
    public void SetBinary(string name, params (string Key, string Base64)[] data) => Set(name, [], data);

    private void Set(string name, (string Key, string Text)[] data, (string Key, string Base64)[] binary)
    {
        lock (gate)
        {
            var type = objects.ContainsKey(name) ? "MODIFIED" : "ADDED";
            Change(type, name, new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
                ["data"] = new JsonObject(data.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Text))),
                ["binaryData"] = new JsonObject(binary.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Base64))),
            });
        }
    }

    /// <summary>Deletes a ConfigMap.</summary>
    public void Delete(string name)
    {
        lock (gate)
            Change("DELETED", name, (JsonObject)objects[name].DeepClone());
    }

    /// <summary>Adds a version by an unrelated change, and sends it as a bookmark to the watches that accept bookmarks.</summary>
    public void Bookmark()
    {
        lock (gate)
        {
            Advance(null);
            var bookmark = Event("BOOKMARK", new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new JsonObject { ["resourceVersion"] = versions[^1] },
            });
            foreach (var watch in watches.Where(static watch => watch.TakesBookmarks))
                watch.Send(bookmark);
        }
    }

    /// <summary>Forgets every change so far: a watch from an older version than the newest is answered with 410.</summary>
    public void Compact()
    {
        lock (gate)
        {
            Advance(null);
            oldest = versions.Count - 1;
        }
    }

    /// <summary>Ends every watch, as its timeout would.</summary>
    public void EndWatches() => Finish(static watch => watch.End());

    /// <summary>Drops every watch's connection.</summary>
    public void DropWatches() => Finish(static watch => watch.Drop([]));

    /// <summary>Sends the first half of an event to every watch, and drops its connection.</summary>
    public void DropWatchesInMidEvent(string name)
    {
        lock (gate)
        {
            var bytes = Bytes(Event("MODIFIED", objects[name]));
            Finish(watch => watch.Drop(bytes[..(bytes.Length / 2)]));
        }
    }

    /// <summary>Sends a line that is not an event to every watch.</summary>
    public void SayToWatches(string line)
    {
        lock (gate)
        {
            foreach (var watch in watches)
                watch.Send(Encoding.UTF8.GetBytes(line + "\n"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        DropWatches();
        await app.DisposeAsync();
        stop.Dispose();
    }

    private void Finish(Action<Watch> finish)
    {
        lock (gate)
        {
            foreach (var watch in watches)
                finish(watch);
        }
    }

    private void Change(string type, string name, JsonObject map)
    {
        objectsBefore = new Dictionary<string, JsonObject>(objects);
        map["metadata"]!["resourceVersion"] = VersionText(versions.Count);
        if (type == "DELETED")
            objects.Remove(name);
        else
            objects[name] = map;
        Advance(Event(type, map));
        foreach (var watch in watches.Where(watch => watch.Name == name))
            watch.Send(events[^1]!);
    }

    private void Advance(JsonObject? change)
    {
        lock (gate)
        {
            versions.Add(VersionText(versions.Count));
            events.Add(change);
        }
    }

    private static string VersionText(int index) => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(index)))[..12];

    private static JsonObject Event(string type, JsonObject map) => new() { ["type"] = type, ["object"] = map.DeepClone() };

    private static byte[] Bytes(JsonObject change) => Encoding.UTF8.GetBytes(change.ToJsonString() + "\n");

    private async Task HandleAsync(HttpContext context)
    {
        var call = new ApiCall(context);
        calls.Enqueue(call);
        if (Hangs(call))
        {
            using var left = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, context.RequestAborted);
            await Task.Delay(Timeout.Infinite, left.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.Abort();
            return;
        }

        if (call.Token != Token)
            await RefuseAsync(context, 401, "Unauthorized");
        else if (context.Request.Method != HttpMethods.Get || context.Request.Path != $"/api/v1/namespaces/{space}/configmaps")
            await RefuseAsync(context, 404, "the server could not find the requested resource");
        else if (call.Name is not { } name)
        {
            var verb = call.IsWatch ? "watch" : "list";
            await RefuseAsync(
                context, 403, $"configmaps is forbidden: cannot {verb} resource \"configmaps\" in the namespace \"{space}\"");
        }

        else if (Refuses(call) is { } status)
            await RefuseAsync(context, status, $"refused with {status}");
        else if (call.IsWatch)
            await WatchAsync(context, call, name);
        else
            await ListAsync(context, call, name);
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Status(status, message).ToJsonString());
    }

    private static JsonObject Status(int status, string message) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = message,
        ["reason"] = status == 410 ? "Expired" : null,
        ["code"] = status,
    };

    private Task ListAsync(HttpContext context, ApiCall call, string name)
    {
        var list = new JsonObject { ["kind"] = "ConfigMapList", ["apiVersion"] = "v1" };
        lock (gate)
        {
            var (seen, version) = call.ResourceVersion is null
                ? (objects, versions[^1])
                : (objectsBefore, versions[Math.Max(0, versions.Count - 2)]);
            list["metadata"] = new JsonObject { ["resourceVersion"] = version };
            list["items"] = seen.TryGetValue(name, out var map) ? new JsonArray(map.DeepClone()) : new JsonArray();
        }

        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(list.ToJsonString());
    }

    private async Task WatchAsync(HttpContext context, ApiCall call, string name)
    {
        var watch = new Watch(name, call.TakesBookmarks);
        int from;
        lock (gate)
        {
            from = call.ResourceVersion is { } version ? versions.IndexOf(version) : -1;
            if (from >= oldest)
            {
                foreach (var change in events.Skip(from + 1).OfType<JsonObject>())
                {
                    if ((string?)change["object"]!["metadata"]!["name"] == name)
                        watch.Send(change);
                }

                watches.Add(watch);
            }
        }

        if (from < oldest && !SaysGoneByEvent)
        {
            await RefuseAsync(context, 410, "too old resource version");
            return;
        }

        context.Response.ContentType = "application/json";
        if (from < oldest)
        {
            await context.Response.Body.WriteAsync(
                Bytes(new JsonObject { ["type"] = "ERROR", ["object"] = Status(410, "too old resource version") }));
            return;
        }

        try
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await foreach (var bytes in watch.ToSend(context.RequestAborted))
            {
                await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }

            if (watch.IsDropped)
                context.Abort();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The caller left.
        }
        finally
        {
            lock (gate)
                watches.Remove(watch);
        }
    }

    private sealed class Watch(string name, bool takesBookmarks)
    {
        private readonly Channel<byte[]> channel = Channel.CreateUnbounded<byte[]>();

        internal string Name => name;

        internal bool TakesBookmarks => takesBookmarks;

        internal bool IsDropped { get; private set; }

        internal IAsyncEnumerable<byte[]> ToSend(CancellationToken cancellation) => channel.Reader.ReadAllAsync(cancellation);

        internal void Send(JsonObject change) => Send(Bytes(change));

        internal void Send(byte[] bytes) => channel.Writer.TryWrite(bytes);

        internal void End() => channel.Writer.TryComplete();

        internal void Drop(byte[] last)
        {
            IsDropped = true;
            Send(last);
            End();
        }
    }
}
