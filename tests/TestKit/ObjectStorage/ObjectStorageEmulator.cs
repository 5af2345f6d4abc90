using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>
/// Object Storage on a loopback port: the REST calls that <c>services/Oci</c> makes, with the statuses, headers and error bodies of the
/// service. Every request's signature is verified over what was really sent. A test may delay, throttle, fail, cut and truncate.
/// </summary>
/// <remarks>
/// <code>
/// 1 record    the request, whatever becomes of it
/// 2 verify    its signature (401 NotAuthenticated)
/// 3 fail      as a test has asked for with <see cref="Faults"/>
/// 4 do        the operation, on the objects in memory
/// </code>
/// It holds at most <see cref="MaxStoredBytes"/>; more is answered as an exhausted quota.
/// </remarks>
public sealed class ObjectStorageEmulator : IAsyncDisposable
{
    /// <summary>The Object Storage namespace of its tenancy.</summary>
    public const string Namespace = "examplenamespace";

    /// <summary>The most bytes that it holds, parts of unfinished uploads among them.</summary>
    public const long MaxStoredBytes = 512L * 1024 * 1024;

    private const int MaxRecorded = 100_000;

    private readonly WebApplication app;
    private readonly SignatureCheck signature;
    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentDictionary<string, EmulatedBucket> buckets = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<RecordedRequest> requests = new();
    private readonly Quota quota = new(MaxStoredBytes);
    private long lastRequest;

    private ObjectStorageEmulator(TimeProvider time)
    {
        Identity = EmulatorIdentity.WriteTo(folder.FullPath);
        signature = new SignatureCheck(Identity, time);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxStoredBytes;
            // A busy machine is no slow caller.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        app = builder.Build();
        app.Run(HandleAsync);
    }

    /// <summary>Where it listens: the endpoint to give to a client.</summary>
    public Uri Endpoint => new(app.Urls.First());

    /// <summary>Who may call it.</summary>
    public EmulatorIdentity Identity { get; }

    /// <summary>What goes wrong.</summary>
    public FaultPlan<StorageOperation> Faults { get; } = new();

    /// <summary>The requests so far, in the order in which they came; refused ones too.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. requests];

    /// <summary>Starts it, on a port of its own.</summary>
    /// <param name="time">The clock that requests' dates are held against; null is the machine's.</param>
    public static async Task<ObjectStorageEmulator> StartAsync(TimeProvider? time = null)
    {
        var emulator = new ObjectStorageEmulator(time ?? TimeProvider.System);
        await emulator.app.StartAsync();
        return emulator;
    }

    /// <summary>Makes a bucket, as <c>pulumi up</c> would.</summary>
    public EmulatedBucket CreateBucket(string name) => buckets.GetOrAdd(name, static (_, quota) => new EmulatedBucket(quota), quota);

    /// <summary>How many requests came for an operation so far.</summary>
    public int Count(StorageOperation operation) => requests.Count(request => request.Operation == operation);

    /// <summary>How many callers left while they waited for an answer.</summary>
    public int Abandoned => requests.Count(static request => request.IsAbandoned);

    public async ValueTask DisposeAsync()
    {
        Faults.LetGo();
        await app.DisposeAsync();
        folder.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var target = RequestTarget.Parse(context.Request.Method, context.Features.Get<IHttpRequestFeature>()!.RawTarget);
        // 1
        var request = new RecordedRequest(target, context.Request.Headers.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        requests.Enqueue(request);
        while (requests.Count > MaxRecorded)
            requests.TryDequeue(out _);
        context.Response.Headers["opc-request-id"] = request.RequestId = $"emulator-{Interlocked.Increment(ref lastRequest)}";
        if (context.Request.Headers["opc-client-request-id"] is { Count: 1 } clientRequest)
            context.Response.Headers["opc-client-request-id"] = clientRequest;
        // Before the caller can see it: a test may look as soon as its call has ended.
        context.Response.OnStarting(() =>
        {
            request.Status = context.Response.StatusCode;
            return Task.CompletedTask;
        });
        try
        {
            await AnswerAsync(context, target);
        }
        catch (StorageError e)
        {
            await e.WriteAsync(context);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            request.IsAbandoned = true;
        }
    }

    private async Task AnswerAsync(HttpContext context, RequestTarget target)
    {
        // 2
        // The bytes of objects are not signed.
        var body = await signature.VerifyAsync(context, target.Raw, hasSignedBody: context.Request.Method is "POST" or "PUT" && target.Operation is not (StorageOperation.PutObject or StorageOperation.UploadPart));

        // 3
        if (target.Operation is not { } operation)
            throw new StorageError(StatusCodes.Status404NotFound, "NotAuthorizedOrNotFound", $"{context.Request.Method} {target.Raw} is nothing that is emulated");
        var fault = Faults.Take(operation, target.Key);
        if (fault is not null && await fault.BeforeAsync(context))
            return;

        // 4
        if (operation == StorageOperation.GetNamespace)
        {
            await Json.WriteAsync(context, Namespace);
            return;
        }

        if (target.Namespace != Namespace)
            throw new StorageError(StatusCodes.Status404NotFound, "NamespaceNotFound", "You do not have authorization to perform this request, or the requested resource could not be found.");
        if (!buckets.TryGetValue(target.Bucket!, out var bucket))
            throw new StorageError(StatusCodes.Status404NotFound, "BucketNotFound", $"Either the bucket named '{target.Bucket}' does not exist in the namespace '{Namespace}' or you are not authorized to access it");
        var answer = await new StorageCall(context, target, bucket, body).RunAsync();
        await (fault is null ? answer.WriteAsync(context) : fault.AfterAsync(context, answer));
    }
}
