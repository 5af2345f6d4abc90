using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ModelServing.Oci.Calls;
using ModelServing.Registry;
using Oci.ObjectstorageService;
using Oci.ObjectstorageService.Models;
using Oci.ObjectstorageService.Requests;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>One put of one object that must not be there: in one request, or in parts when it is large.</summary>
/// <remarks>
/// <code>
/// small   PutObject with if-none-match: *
/// large   1 begin     with if-none-match: *, so that a taken key is known before anything is sent
///         2 parts     read one after another, sent a few at a time
///         3 commit    with if-none-match: * again: others may have come first meanwhile
///         4 abort     in whatever other way it ended, so that no parts stay behind
/// </code>
/// The answer to a put, or a commit, may be lost on its way when all was done. The next attempt then meets an object (or no upload) and
/// can't tell whose; so each put writes an identifier of its own into the object's metadata, and looks for it.
/// </remarks>
internal sealed class ObjectUpload(ServiceCalls<ObjectStorageClient> calls, StorageLimits limits, BucketAddress bucket, ObjectKey key, Stream content, long length, IProgress<UploadProgress>? progress)
{
    /// <summary>The name, in an object's metadata, of the put that it came from.</summary>
    internal const string PutName = "modelserving-put";

    private const string Absent = "*";
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(10);

    private readonly string put = Guid.NewGuid().ToString("N");
    private bool mayBeDone;

    private Dictionary<string, string> Metadata => new() { [PutName] = put };

    /// <summary>Stores it; false when the key was taken.</summary>
    /// <exception cref="ServiceFailure">The service could not, or would not.</exception>
    /// <exception cref="IOException">The stream holds fewer or more bytes than it should.</exception>
    internal Task<bool> RunAsync(CancellationToken cancellation) => length <= limits.PartBytes ? PutAsync(cancellation) : PutInPartsAsync(cancellation);

    private async Task<bool> PutAsync(CancellationToken cancellation)
    {
        var bytes = new byte[length];
        await ReadAsync(bytes, 0, cancellation);
        await RequireEndAsync(cancellation);
        var md5 = Md5(bytes);
        var stored = await DoOnceAsync(
            () => calls.AskAsync(
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
                Note),
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

    /// <summary>The upload's identifier; null when the key is taken. One whose answer is lost stays behind, unseen, until the bucket's
    /// lifecycle policy takes it away.</summary>
    private async Task<string?> BeginAsync(CancellationToken cancellation)
    {
        try
        {
            var begun = await calls.AskAsync(
                (client, once, token) => client.CreateMultipartUpload(
                    new CreateMultipartUploadRequest
                    {
                        NamespaceName = bucket.Namespace,
                        BucketName = bucket.Name,
                        IfNoneMatch = Absent,
                        CreateMultipartUploadDetails = new CreateMultipartUploadDetails { Object = key.Text, ContentType = "application/octet-stream", Metadata = Metadata },
                    },
                    once,
                    token),
                cancellation);
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

    // Asked for the next part only when there is a hand free to send it, so no more are in memory than are sent.
    private async IAsyncEnumerable<Part> ReadPartsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var number = 0;
        for (long at = 0; at < length; at += limits.PartBytes)
        {
            // Not from a pool: an attempt that is no longer waited for may still read from it.
            var bytes = new byte[Math.Min(limits.PartBytes, length - at)];
            await ReadAsync(bytes, at, cancellation);
            if (at + bytes.Length == length)
                await RequireEndAsync(cancellation);
            yield return new Part(++number, bytes);
        }
    }

    private async Task<string> SendPartAsync(string upload, Part part, CancellationToken cancellation)
    {
        var md5 = Md5(part.Bytes);
        var sent = await calls.AskAsync(
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

    private Task<bool> CommitAsync(string upload, IReadOnlyList<CommitMultipartUploadPartDetails> parts, CancellationToken cancellation) => DoOnceAsync(
        () => calls.AskAsync(
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
            failed: Note),
        cancellation);

    /// <summary>Does what may be done once only; false when the key was taken by others.</summary>
    private async Task<bool> DoOnceAsync<T>(Func<Task<T>> act, CancellationToken cancellation)
    {
        try
        {
            await act();
            return true;
        }
        catch (ServiceFailure e) when (e.Status == HttpStatusCode.PreconditionFailed)
        {
            return mayBeDone && await IsOursAsync(cancellation);
        }
        catch (ServiceFailure e) when (e.Status == HttpStatusCode.NotFound && mayBeDone)
        {
            // A committed upload is no upload any more.
            if (await IsOursAsync(cancellation))
                return true;
            throw;
        }
    }

    private async Task<bool> IsOursAsync(CancellationToken cancellation)
    {
        try
        {
            var stored = await calls.AskAsync(
                (client, once, token) => client.HeadObject(new HeadObjectRequest { NamespaceName = bucket.Namespace, BucketName = bucket.Name, ObjectName = key.Text }, once, token),
                cancellation);
            return stored.OpcMeta?.GetValueOrDefault(PutName) == put;
        }
        catch (ServiceFailure e) when (e.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>Takes the parts away, also when the caller has given up; what the service does not do now, the lifecycle policy does.</summary>
    private async Task AbortAsync(string upload)
    {
        using var patience = new CancellationTokenSource(AbortPatience);
        try
        {
            await calls.AskAsync(
                (client, once, token) => client.AbortMultipartUpload(
                    new AbortMultipartUploadRequest { NamespaceName = bucket.Namespace, BucketName = bucket.Name, ObjectName = key.Text, UploadId = upload },
                    once,
                    token),
                patience.Token);
        }
        catch (Exception e) when (e is ServiceFailure or OperationCanceledException)
        {
            // Why the put itself ended is what counts.
        }
    }

    private void Note(ServiceFailure failure) => mayBeDone |= failure.MayBeDone;

    /// <summary>Fills the buffer, in however small pieces the stream gives its bytes.</summary>
    private async Task ReadAsync(byte[] buffer, long before, CancellationToken cancellation)
    {
        var read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        if (read < buffer.Length)
            throw Other(before + read);
    }

    private async Task RequireEndAsync(CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        long more = 0;
        while (await content.ReadAsync(buffer, cancellation) is > 0 and var read)
            more += read;
        if (more > 0)
            throw Other(length + more);
    }

    private IOException Other(long came) => new($"received {came} bytes for {key}; {length} were announced");

#pragma warning disable CA5351 // The checksum that the service takes of what is sent to it: it finds damage, and protects nothing.
    private static string Md5(byte[] bytes) => Convert.ToBase64String(MD5.HashData(bytes));
#pragma warning restore CA5351

    private sealed record Part(int Number, byte[] Bytes);
}
