using System.Net;
using System.Runtime.CompilerServices;
using ModelServing.Oci.Calls;
using ModelServing.Registry;
using Oci.Common.Retry;
using Oci.ObjectstorageService;
using Oci.ObjectstorageService.Requests;
using Oci.ObjectstorageService.Responses;
using Range = Oci.Common.Model.Range;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>
/// Objects in a bucket of Object Storage. Any number of programs may use it at once: the service itself writes an object as a whole and
/// protects a taken key (<c>if-none-match: *</c>). <see cref="ObjectUpload"/> does the writing, <see cref="ServiceCalls{TClient}"/> the
/// calls.
/// </summary>
internal sealed class BucketObjectStore : IObjectStore, IDisposable
{
    private const int KeysPerPage = 1000;

    private readonly SignedClient<ObjectStorageClient> client;
    private readonly BucketAddress bucket;
    private readonly ServiceCalls<ObjectStorageClient> calls;
    private readonly StorageLimits limits;
    private readonly TimeProvider time;
    private readonly IProgress<UploadProgress>? progress;

    /// <summary>Creates a store that owns <paramref name="client"/>.</summary>
    internal BucketObjectStore(
        SignedClient<ObjectStorageClient> client,
        BucketAddress bucket,
        StorageLimits? limits = null,
        IProgress<UploadProgress>? progress = null,
        TimeProvider? time = null)
    {
        this.time = time ?? TimeProvider.System;
        this.client = client;
        this.bucket = bucket;
        this.progress = progress;
        this.limits = limits ?? new StorageLimits();
        calls = new ServiceCalls<ObjectStorageClient>(client, OciService.ObjectStorage, this.limits, this.time);
    }

    /// <inheritdoc/>
    public string Location => bucket.ToString();

    /// <inheritdoc/>
    public bool IsRemote => true;

    /// <inheritdoc/>
    public async Task<bool> PutIfAbsentAsync(ObjectKey key, Stream content, long length, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(content);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await new ObjectUpload(calls, limits, bucket, key, content, length, progress).RunAsync(cancellationToken);
        }
        catch (ServiceFailure e)
        {
            throw e.ToRegistry(key, $"can't be written to {bucket}");
        }
        catch (IOException e)
        {
            throw new RegistryException(RegistryError.Unavailable, key, $"can't be written to {bucket}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async Task ReplaceAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        // The last writer wins, so an attempt whose response was lost can simply be repeated.
        var bytes = content.ToArray();
        try
        {
            await calls.CallAsync(
                (client, once, token) => client.PutObject(
                    new PutObjectRequest
                    {
                        NamespaceName = bucket.Namespace,
                        BucketName = bucket.Name,
                        ObjectName = key.Text,
                        ContentLength = bytes.Length,
                        ContentType = "application/json",
                        PutObjectBody = new MemoryStream(bytes, writable: false),
                    },
                    once,
                    token),
                cancellationToken,
                bytes.Length);
        }
        catch (ServiceFailure e)
        {
            throw e.ToRegistry(key, $"can't be written to {bucket}");
        }
    }

    /// <inheritdoc/>
    public async Task<StoredObject?> OpenAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        try
        {
            var opened = await calls.CallAsync((client, once, token) => GetAsync(client, key, null, once, token), cancellationToken);
            if (opened.ContentLength is not { } length)
            {
                await opened.InputStream.DisposeAsync();
                throw new RegistryException(
                    RegistryError.Unavailable, key, $"can't be read from {bucket}: the response does not state its length");
            }

            var content = new ResumingStream(
                opened.InputStream,
                length,
                (from, cancellation) => ReopenAsync(key, opened.ETag, from, cancellation),
                limits,
                time);
            return new StoredObject(content, length);
        }
        catch (ServiceFailure e) when (e.IsMissingObject)
        {
            return null;
        }
        catch (ServiceFailure e)
        {
            throw Unreadable(key, e);
        }
    }

    /// <inheritdoc/>
    public async Task<long?> FindLengthAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        // Not HeadObject: its response has no body, so a missing bucket or permission would look like a missing object.
        var page = await PageAsync(key.Text, null, limit: 1, "name,size", cancellationToken);
        return page.ListObjects.Objects.FirstOrDefault() is { } first && first.Name == key.Text ? first.Size : null;
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        try
        {
            await calls.CallAsync(
                (client, once, token) => client.DeleteObject(
                    new DeleteObjectRequest { NamespaceName = bucket.Namespace, BucketName = bucket.Name, ObjectName = key.Text },
                    once,
                    token),
                cancellationToken);
            return true;
        }
        catch (ServiceFailure e) when (e.IsMissingObject)
        {
            return false;
        }
        catch (ServiceFailure e)
        {
            throw e.ToRegistry(key, $"can't be deleted from {bucket}");
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectKey> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        string? next = null;
        do
        {
            var page = await PageAsync(prefix, next, KeysPerPage, "name", cancellationToken);
            foreach (var listed in page.ListObjects.Objects)
            {
                // The bucket may also contain objects that are not ours.
                if (ObjectKey.TryParse(listed.Name, out var key))
                    yield return key;
            }

            next = page.ListObjects.NextStartWith;
        }
        while (next is not null);
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<ListObjectsResponse> PageAsync(
        string prefix, string? start, int limit, string fields, CancellationToken cancellation)
    {
        try
        {
            return await calls.CallAsync(
                (client, once, token) => client.ListObjects(
                    new ListObjectsRequest
                    {
                        NamespaceName = bucket.Namespace,
                        BucketName = bucket.Name,
                        Prefix = prefix,
                        Start = start,
                        Limit = limit,
                        Fields = fields,
                    },
                    once,
                    token),
                cancellation,
                part: static answer => answer.ListObjects?.Objects);
        }
        catch (ServiceFailure e)
        {
            throw e.ToRegistry(
                ObjectKey.TryParse(prefix.TrimEnd('/'), out var key) ? key : ObjectKey.Parse("models"),
                $"can't be listed in {bucket}");
        }
    }

    private async Task<Stream> ReopenAsync(ObjectKey key, string etag, long from, CancellationToken cancellation)
    {
        try
        {
            var range = new Range { StartByte = from };
            var opened = await calls.CallAsync((client, once, token) => GetAsync(client, key, (etag, range), once, token), cancellation);
            if (opened.ContentRange?.StartByte == from)
                return opened.InputStream;
            await opened.InputStream.DisposeAsync();
            throw new IOException($"the response to a request for the bytes from {from} contains other bytes");
        }
        catch (ServiceFailure e) when (e.Status == HttpStatusCode.PreconditionFailed)
        {
            throw new IOException("the object was replaced during the download", e);
        }
        catch (ServiceFailure e)
        {
            throw Unreadable(key, e);
        }
    }

    // Waits only for the headers: otherwise the SDK would first read up to 2 GiB of the body into memory.
    private Task<GetObjectResponse> GetAsync(
        ObjectStorageClient client,
        ObjectKey key,
        (string ETag, Range Range)? part,
        RetryConfiguration once,
        CancellationToken cancellation) => client.GetObject(
            new GetObjectRequest
            {
                NamespaceName = bucket.Namespace,
                BucketName = bucket.Name,
                ObjectName = key.Text,
                IfMatch = part?.ETag,
                Range = part?.Range,
            },
            once,
            cancellation,
            HttpCompletionOption.ResponseHeadersRead);

    private RegistryException Unreadable(ObjectKey key, ServiceFailure failure) => failure.ToRegistry(key, $"can't be read from {bucket}");
}
