using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>A bucket in memory. A test may read and change it directly, past the service.</summary>
public sealed class EmulatedBucket
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, EmulatedObject> objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EmulatedUpload> uploads = new(StringComparer.Ordinal);
    private readonly Quota quota;

    internal EmulatedBucket(Quota quota) => this.quota = quota;

    /// <summary>The keys of all objects, in order.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (gate)
                return [.. objects.Keys];
        }
    }

    /// <summary>How many multipart uploads were begun and neither committed nor aborted.</summary>
    public int UnfinishedUploads
    {
        get
        {
            lock (gate)
                return uploads.Count;
        }
    }

    /// <summary>Returns an object's bytes, or null if it does not exist.</summary>
    public byte[]? Find(string key)
    {
        lock (gate)
            return objects.GetValueOrDefault(key)?.Content.ToArray();
    }

    /// <summary>Creates or replaces an object.</summary>
    public void Set(string key, ReadOnlyMemory<byte> content) =>
        Put(key, new EmulatedObject(content, "application/octet-stream", new Dictionary<string, string>(), null), null, null);

    public void Remove(string key) => Delete(key, null);

    internal EmulatedObject? Get(string key)
    {
        lock (gate)
            return objects.GetValueOrDefault(key);
    }

    internal IReadOnlyList<KeyValuePair<string, EmulatedObject>> Snapshot()
    {
        lock (gate)
            return [.. objects];
    }

    internal void Put(string key, EmulatedObject stored, string? ifMatch, string? ifNoneMatch)
    {
        lock (gate)
        {
            RequireConditions(key, ifMatch, ifNoneMatch);
            quota.Reserve(stored.Content.Length - (objects.GetValueOrDefault(key)?.Content.Length ?? 0));
            objects[key] = stored;
        }
    }

    internal void Delete(string key, string? ifMatch)
    {
        lock (gate)
        {
            RequireConditions(key, ifMatch, null);
            if (!objects.Remove(key, out var removed))
                throw StorageErrors.ObjectNotFound(key);
            quota.Reserve(-removed.Content.Length);
        }
    }

    internal EmulatedUpload Begin(
        string key, string contentType, IReadOnlyDictionary<string, string> metadata, string? ifMatch, string? ifNoneMatch)
    {
        lock (gate)
        {
            RequireConditions(key, ifMatch, ifNoneMatch);
            var upload = new EmulatedUpload(Guid.NewGuid().ToString(), key, contentType, metadata);
            uploads.Add(upload.Id, upload);
            return upload;
        }
    }

    internal void AddPart(string key, string uploadId, int number, EmulatedPart part, string? ifMatch, string? ifNoneMatch)
    {
        lock (gate)
        {
            var upload = Upload(key, uploadId);
            upload.Parts.TryGetValue(number, out var before);
            RequireConditions(before?.ETag, ifMatch, ifNoneMatch, $"part {number}");
            quota.Reserve(part.Content.Length - (before?.Content.Length ?? 0));
            upload.Parts[number] = part;
        }
    }

    internal EmulatedObject Commit(
        string key,
        string uploadId,
        IReadOnlyList<(int Number, string ETag)> commit,
        IReadOnlySet<int> exclude,
        string? ifMatch,
        string? ifNoneMatch)
    {
        lock (gate)
        {
            var upload = Upload(key, uploadId);
            if (commit.Count == 0)
                throw StorageErrors.InvalidUploadPart("the commit names no part");
            for (var i = 1; i < commit.Count; i++)
            {
                if (commit[i].Number <= commit[i - 1].Number)
                    throw StorageErrors.InvalidUploadPart($"part {commit[i].Number} comes after part {commit[i - 1].Number}");
            }

            foreach (var (number, etag) in commit)
            {
                if (!upload.Parts.TryGetValue(number, out var part) || part.ETag != etag)
                {
                    throw StorageErrors.InvalidUploadPart(
                        $"There were some invalid part (partNum/etag) combination for the upload: {number}, {etag}");
                }
            }

            var unused = upload.Parts.Keys.Except(commit.Select(static part => part.Number)).Except(exclude).ToList();
            if (unused.Count > 0)
                throw StorageErrors.InvalidUploadPart($"part {unused[0]} is neither committed nor excluded");
            RequireConditions(key, ifMatch, ifNoneMatch);
            var parts = commit.Select(part => upload.Parts[part.Number]).ToList();
            var content = new byte[parts.Sum(static part => part.Content.Length)];
            var offset = 0;
            foreach (var part in parts)
            {
                part.Content.CopyTo(content.AsMemory(offset));
                offset += part.Content.Length;
            }

            var md5 = StorageHash.MultipartMd5(parts.Select(static part => part.Content));
            var stored = new EmulatedObject(content, upload.ContentType, upload.Metadata, md5);
            uploads.Remove(uploadId);
            // The object replaces the parts.
            quota.Reserve(content.Length - upload.Length - (objects.GetValueOrDefault(key)?.Content.Length ?? 0));
            objects[key] = stored;
            return stored;
        }
    }

    internal void Abort(string key, string uploadId)
    {
        lock (gate)
        {
            quota.Reserve(-Upload(key, uploadId).Length);
            uploads.Remove(uploadId);
        }
    }

    private EmulatedUpload Upload(string key, string uploadId) =>
        uploads.GetValueOrDefault(uploadId) is { } upload && upload.Key == key ? upload : throw StorageErrors.NoSuchUpload(uploadId);

    private void RequireConditions(string key, string? ifMatch, string? ifNoneMatch) =>
        RequireConditions(objects.GetValueOrDefault(key)?.ETag, ifMatch, ifNoneMatch, $"the object '{key}'");

    private static void RequireConditions(string? etag, string? ifMatch, string? ifNoneMatch, string name)
    {
        if (ifNoneMatch is not null && ifNoneMatch != "*")
            throw new EmulatorError(400, "InvalidParameter", $"if-none-match is '{ifNoneMatch}'; it must be '*'");
        if (ifNoneMatch is not null && etag is not null)
            throw new EmulatorError(412, "IfNoneMatchFailed", $"The If-None-Match header is specified and {name} already exists");
        if (ifMatch is not null && ifMatch != "*" && ifMatch != etag)
        {
            var actual = etag is null ? "no entity tag" : $"'{etag}'";
            throw new EmulatorError(412, "IfMatchFailed", $"The If-Match header is '{ifMatch}' and {name} has {actual}");
        }
    }
}
