using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>
/// Object Storage on a loopback port: the REST calls that <c>services/Oci</c> makes, with the statuses, headers and error bodies of the
/// service. It stores at most <see cref="MaxStoredBytes"/> and reports more as an exceeded quota.
/// </summary>
public sealed class ObjectStorageEmulator : ServiceEmulator<StorageOperation, StorageRequest>
{
    /// <summary>The tenancy's Object Storage namespace.</summary>
    public const string Namespace = "examplenamespace";

    /// <summary>The upper bound of all stored bytes, including the parts of unfinished uploads.</summary>
    public const long MaxStoredBytes = 512L * 1024 * 1024;

    private readonly ConcurrentDictionary<string, EmulatedBucket> buckets = new(StringComparer.Ordinal);
    private readonly Quota quota = new(MaxStoredBytes);

    private ObjectStorageEmulator(TimeProvider time)
        : base(time, MaxStoredBytes)
    {
    }

    /// <summary>Starts an emulator on a free port.</summary>
    /// <param name="time">The clock against which requests' dates are checked; null means the machine's.</param>
    public static async Task<ObjectStorageEmulator> StartAsync(TimeProvider? time = null)
    {
        var emulator = new ObjectStorageEmulator(time ?? TimeProvider.System);
        await emulator.ListenAsync();
        return emulator;
    }

    /// <summary>Creates a bucket, as <c>pulumi up</c> would.</summary>
    public EmulatedBucket CreateBucket(string name) => buckets.GetOrAdd(name, static (_, quota) => new EmulatedBucket(quota), quota);

    private protected override StorageRequest Record(HttpContext context, string target) => new(
        RequestTarget.Parse(context.Request.Method, target),
        context.Request.Headers.ToDictionary(
            static pair => pair.Key, static pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase));

    // The bytes of objects are not signed.
    private protected override bool HasSignedBody(string method, StorageRequest request) =>
        base.HasSignedBody(method, request) && request.Operation is not (StorageOperation.PutObject or StorageOperation.UploadPart);

    private protected override Task AnswerAsync(HttpContext context, StorageRequest request, byte[]? signedBody)
    {
        var target = request.Target;
        return target.Operation is { } operation
            ? RunAsync(context, operation, target.Key, () => FindBucketAndRunAsync(context, target, signedBody))
            : throw new EmulatorError(
                StatusCodes.Status404NotFound, "NotAuthorizedOrNotFound", $"{context.Request.Method} {target.Raw} is not emulated");
    }

    private async Task<EmulatorAnswer> FindBucketAndRunAsync(HttpContext context, RequestTarget target, byte[]? signedBody)
    {
        if (target.Operation == StorageOperation.GetNamespace)
            return EmulatorAnswer.Json(Namespace);
        if (target.Namespace != Namespace)
        {
            throw new EmulatorError(
                StatusCodes.Status404NotFound,
                "NamespaceNotFound",
                "You do not have authorization to perform this request, or the requested resource could not be found.");
        }

        return buckets.TryGetValue(target.Bucket!, out var bucket)
            ? await new StorageCall(context, target, bucket, signedBody).RunAsync()
            : throw new EmulatorError(
                StatusCodes.Status404NotFound,
                "BucketNotFound",
                $"Either the bucket named '{target.Bucket}' does not exist in the namespace '{Namespace}' or you are not authorized to "
                + "access it");
    }
}
