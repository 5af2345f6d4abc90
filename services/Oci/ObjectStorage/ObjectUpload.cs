using System.Net;
using System.Runtime.CompilerServices;
using ModelServing.Oci.Calls;
using ModelServing.Registry;
using Oci.ObjectstorageService;
using Oci.ObjectstorageService.Models;
using Oci.ObjectstorageService.Requests;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>One put of one object that must not exist yet: in one request, or in parts if it is large.</summary>
/// <remarks>
/// <code>
/// small   PutObject with if-none-match: *
/// large   1 begin     with if-none-match: *, which finds out whether the key is taken before anything is sent
///         2 parts     read one after another, sent a few at a time
///         3 commit    with if-none-match: * again, because another writer may have come first in the meantime
///         4 abort     if it ended in any other way, to leave no parts behind
/// </code>
/// The response to a put or a commit may be lost after the service has done the work. The retry then finds an object (or no upload) and
/// can't know who wrote it. Each put therefore writes its own identifier into the object's metadata and looks for it.
/// </remarks>
internal sealed class ObjectUpload(
    ServiceCalls<ObjectStorageClient> calls,
    StorageLimits limits,
    BucketAddress bucket,
    ObjectKey key,
    Stream content,
    long length,
    IProgress<UploadProgress>? progress)
{
    /// <summary>The metadata name under which an object keeps the identifier of the put that wrote it.</summary>
    internal const string PutName = "modelserving-put";

    private const string Absent = "*";
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    private readonly string put = Guid.NewGuid().ToString("N");
    private bool mayBeDone;

    private Dictionary<string, string> Metadata => new() { [PutName] = put };

    /// <summary>Stores the object. Returns false if the key is taken.</summary>
    /// <exception cref="ServiceFailure">The service failed or refused.</exception>
    /// <exception cref="IOException">The stream contains fewer or more bytes than announced.</exception>
    internal Task<bool> RunAsync(CancellationToken cancellation) =>
        length <= limits.PartBytes ? PutAsync(cancellation) : PutInPartsAsync(cancellation);

    private async Task<bool> PutAsync(CancellationToken cancellation)
    {
        var bytes = new byte[length];
        await ReadAsync(bytes, 0, cancellation);
        await RequireEndAsync(cancellation);
        var md5 = ContentMd5.Compute(bytes);
        var stored = await RunOnceAsync(
            () => calls.CallAsync(
                (client, once, token) => client.PutObject(
                    new PutObjectRequest
                    {
                        NamespaceName = bucket.Namespace,
                        BucketName = bucket.Name,
                        ObjectName = key.Text,
                        IfNoneMatch = Absent,
                        ContentLength = length,
                        ContentMD5 = md5,
                        ContentType = "application/octet-stream",
                        OpcMeta = Metadata,
                        PutObjectBody = new MemoryStream(bytes, writable: false),
                    },
                    once,
                    token),
                cancellation,
                length,
                NoteFailure),
            cancellation);
        if (stored)
            progress?.Report(new UploadProgress(key, length, length));
        return stored;
    }

    private async Task<bool> PutInPartsAsync(CancellationToken cancellation)
    {
        // 1
        if (await BeginAsync(cancellation) is not { } upload)
            return false;
        var committed = false;
        try
        {
            // 2
            var parts = await SendPartsAsync(upload, cancellation);
            // 3
            committed = await CommitAsync(upload, parts, cancellation);
            return committed;
        }
        finally
        {
            // 4
            if (!committed)
                await AbortAsync(upload);
        }
    }

    /// <summary>Begins the upload and returns its identifier, or null if the key is taken. If the response is lost, the upload stays in the
    /// bucket, invisible, until the bucket's lifecycle policy removes it.</summary>
    private async Task<string?> BeginAsync(CancellationToken cancellation)
    {
        try
        {
            var begun = await calls.CallAsync(
                (client, once, token) => client.CreateMultipartUpload(
                    new CreateMultipartUploadRequest
                    {
                        NamespaceName = bucket.Namespace,
                        BucketName = bucket.Name,
                        IfNoneMatch = Absent,
                        CreateMultipartUploadDetails = new CreateMultipartUploadDetails
                        {
                            Object = key.Text,
                            ContentType = "application/octet-stream",
                            Metadata = Metadata,
                        },
                    },
                    once,
                    token),
                cancellation,
                part: static begun => begun.MultipartUpload?.UploadId);
            return begun.MultipartUpload.UploadId;
        }
        catch (ServiceFailure e) when (e.Status == HttpStatusCode.PreconditionFailed)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<CommitMultipartUploadPartDetails>> SendPartsAsync(string upload, CancellationToken cancellation)
    {
        var sent = new SortedDictionary<int, CommitMultipartUploadPartDetails>();
        long stored = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = limits.PartsAtATime, CancellationToken = cancellation };
        await Parallel.ForEachAsync(ReadPartsAsync(cancellation), options, async (part, token) =>
        {
            var etag = await SendPartAsync(upload, part, token);
            lock (sent)
            {
                sent.Add(part.Number, new CommitMultipartUploadPartDetails { PartNum = part.Number, Etag = etag });
                stored += part.Bytes.Length;
                progress?.Report(new UploadProgress(key, stored, length));
            }
        });
        return [.. sent.Values];
    }

    // The consumer pulls the next part only when a sender is free, so memory never holds more parts than are being sent.
    private async IAsyncEnumerable<Part> ReadPartsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var number = 0;
        for (long offset = 0; offset < length; offset += limits.PartBytes)
        {
            // Not from a pool: an abandoned attempt may still read from it.
            var bytes = new byte[Math.Min(limits.PartBytes, length - offset)];
            await ReadAsync(bytes, offset, cancellation);
            if (offset + bytes.Length == length)
                await RequireEndAsync(cancellation);
            yield return new Part(++number, bytes);
        }
    }

    private async Task<string> SendPartAsync(string upload, Part part, CancellationToken cancellation)
    {
        var md5 = ContentMd5.Compute(part.Bytes);
        var sent = await calls.CallAsync(
            (client, once, token) => client.UploadPart(
                new UploadPartRequest
                {
                    NamespaceName = bucket.Namespace,
                    BucketName = bucket.Name,
                    ObjectName = key.Text,
                    UploadId = upload,
                    UploadPartNum = part.Number,
                    ContentLength = part.Bytes.Length,
                    ContentMD5 = md5,
                    UploadPartBody = new MemoryStream(part.Bytes, writable: false),
                },
                once,
                token),
            cancellation,
            part.Bytes.Length);
        return sent.ETag;
    }

    private Task<bool> CommitAsync(string upload, IReadOnlyList<CommitMultipartUploadPartDetails> parts, CancellationToken cancellation) =>
        RunOnceAsync(
        () => calls.CallAsync(
            (client, once, token) => client.CommitMultipartUpload(
                new CommitMultipartUploadRequest
                {
                    NamespaceName = bucket.Namespace,
                    BucketName = bucket.Name,
                    ObjectName = key.Text,
                    UploadId = upload,
                    IfNoneMatch = Absent,
                    CommitMultipartUploadDetails = new CommitMultipartUploadDetails { PartsToCommit = [.. parts] },
                },
                once,
                token),
            cancellation,
            onFailure: NoteFailure),
        cancellation);

    /// <summary>Runs a request that may take effect only once. Returns false if another writer took the key.</summary>
    private async Task<bool> RunOnceAsync<T>(Func<Task<T>> send, CancellationToken cancellation)
    {
        try
        {
            await send();
            return true;
        }
        catch (ServiceFailure e) when (e.Status == HttpStatusCode.PreconditionFailed)
        {
            return mayBeDone && await IsOursAsync(cancellation);
        }
        catch (ServiceFailure e) when (e.Status == HttpStatusCode.NotFound && mayBeDone)
        {
            // After a commit the upload no longer exists.
            if (await IsOursAsync(cancellation))
                return true;
            throw;
        }
    }

    private async Task<bool> IsOursAsync(CancellationToken cancellation)
    {
        try
        {
            var stored = await calls.CallAsync(
                (client, once, token) => client.HeadObject(
                    new HeadObjectRequest { NamespaceName = bucket.Namespace, BucketName = bucket.Name, ObjectName = key.Text },
                    once,
                    token),
                cancellation);
            return stored.OpcMeta?.GetValueOrDefault(PutName) == put;
        }
        catch (ServiceFailure e) when (e.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>Removes the parts, even after the caller cancelled. If this fails, the bucket's lifecycle policy removes them
    /// later.</summary>
    private async Task AbortAsync(string upload)
    {
        using var timeout = new CancellationTokenSource(AbortTimeout);
        try
        {
            await calls.CallAsync(
                (client, once, token) => client.AbortMultipartUpload(
                    new AbortMultipartUploadRequest
                    {
                        NamespaceName = bucket.Namespace,
                        BucketName = bucket.Name,
                        ObjectName = key.Text,
                        UploadId = upload,
                    },
                    once,
                    token),
                timeout.Token);
        }
        catch (Exception e) when (e is ServiceFailure or OperationCanceledException)
        {
            // The caller gets the reason why the put itself ended.
        }
    }

    private void NoteFailure(ServiceFailure failure) => mayBeDone |= failure.MayBeDone;

    /// <summary>Fills the buffer, however small the pieces are in which the stream returns its bytes.</summary>
    private async Task ReadAsync(byte[] buffer, long offset, CancellationToken cancellation)
    {
        var read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        if (read < buffer.Length)
            throw WrongLength(offset + read);
    }

    private async Task RequireEndAsync(CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        long more = 0;
        while (await content.ReadAsync(buffer, cancellation) is > 0 and var read)
            more += read;
        if (more > 0)
            throw WrongLength(length + more);
    }

    private IOException WrongLength(long actual) => new($"received {actual} bytes for {key}; {length} were announced");

    private sealed record Part(int Number, byte[] Bytes);
}
