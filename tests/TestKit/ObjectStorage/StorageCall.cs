using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>One authenticated request to a bucket.</summary>
internal sealed class StorageCall(HttpContext context, RequestTarget target, EmulatedBucket bucket, byte[]? signedBody)
{
    private const string MetadataPrefix = "opc-meta-";
    private const int MaxListed = 1000;
    private const int MaxParts = 10_000;

    private IHeaderDictionary Headers => context.Request.Headers;

    private string? IfMatch => Headers.IfMatch is { Count: 1 } value ? value.ToString() : null;

    private string? IfNoneMatch => Headers.IfNoneMatch is { Count: 1 } value ? value.ToString() : null;

    internal async Task<EmulatorAnswer> RunAsync() => target.Operation switch
    {
        StorageOperation.PutObject => await PutAsync(),
        StorageOperation.GetObject or StorageOperation.HeadObject => Get(),
        StorageOperation.DeleteObject => Delete(),
        StorageOperation.ListObjects => List(),
        StorageOperation.CreateMultipartUpload => Begin(),
        StorageOperation.UploadPart => await UploadPartAsync(),
        StorageOperation.CommitMultipartUpload => Commit(),
        _ => Abort(),
    };

    private async Task<EmulatorAnswer> PutAsync()
    {
        var content = await ReadContentAsync();
        var metadata = Headers.Where(static header => header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(static header => header.Key.ToLowerInvariant(), static header => header.Value.ToString());
        var stored = new EmulatedObject(content, context.Request.ContentType ?? "application/octet-stream", metadata, null);
        bucket.Put(target.Key, stored, IfMatch, IfNoneMatch);
        return new EmulatorAnswer(200)
        {
            Headers =
            {
                ["etag"] = stored.ETag,
                ["opc-content-md5"] = stored.Md5,
                ["last-modified"] = stored.Modified.ToString("r", CultureInfo.InvariantCulture),
                ["version-id"] = stored.ETag,
            },
        };
    }

    private EmulatorAnswer Get()
    {
        var stored = bucket.Get(target.Key) ?? throw StorageErrors.ObjectNotFound(target.Key);
        if (IfMatch is { } match && match != "*" && match != stored.ETag)
            throw new EmulatorError(412, "IfMatchFailed", $"The If-Match header is '{match}' and the object has '{stored.ETag}'");
        if (IfNoneMatch is { } none && (none == "*" || none == stored.ETag))
            return new EmulatorAnswer(304) { Headers = { ["etag"] = stored.ETag } };
        var answer = new EmulatorAnswer(200)
        {
            Body = stored.Content,
            ContentType = stored.ContentType,
            Headers =
            {
                ["etag"] = stored.ETag,
                ["content-md5"] = stored.Md5,
                ["last-modified"] = stored.Modified.ToString("r", CultureInfo.InvariantCulture),
                ["storage-tier"] = "Standard",
                ["version-id"] = stored.ETag,
                ["accept-ranges"] = "bytes",
            },
        };
        if (stored.MultipartMd5 is { } multipart)
        {
            // For such an object the service has no digest of the whole.
            answer.Headers.Remove("content-md5");
            answer.Headers["opc-multipart-md5"] = multipart;
        }

        // In lower case, because clients compare the prefix case-sensitively.
        foreach (var (name, value) in stored.Metadata)
            answer.Headers[name] = value;
        return Headers.Range is { Count: 1 } range ? Part(answer, range.ToString()) : answer;
    }

    private static EmulatorAnswer Part(EmulatorAnswer answer, string text)
    {
        var length = answer.Body.Length;
        if (!RangeHeaderValue.TryParse(text, out var header) || header.Unit != "bytes" || header.Ranges is not { Count: 1 })
            return answer;
        var range = header.Ranges.Single();
        var (from, to) = range.From is { } first
            ? (first, Math.Min(range.To ?? (length - 1), length - 1))
            : (Math.Max(0, length - range.To!.Value), length - 1);
        if (from > to)
            throw new EmulatorError(416, "InvalidRange", $"The range '{text}' is not in the object's {length} bytes");
        answer.Headers["content-range"] = $"bytes {from}-{to}/{length}";
        return answer with { Status = 206, Body = answer.Body.Slice((int)from, (int)(to - from + 1)) };
    }

    private EmulatorAnswer Delete()
    {
        bucket.Delete(target.Key, IfMatch);
        return new EmulatorAnswer(204);
    }

    private EmulatorAnswer List()
    {
        string? Query(string name) => target.Query.GetValueOrDefault(name);
        var limit = Query("limit") is { } text ? ReadLimit(text) : MaxListed;
        if (Query("delimiter") is { } delimiter && delimiter != "/")
            throw Invalid("delimiter", delimiter);
        if (Query("start") is not null && Query("startAfter") is not null)
            throw EmulatorError.InvalidParameter("start and startAfter exclude each other");
        var fields = (Query("fields") ?? "name").Split(',');
        var prefix = Query("prefix") ?? "";
        var (objects, prefixes) = (new List<Dictionary<string, object?>>(), new SortedSet<string>(StringComparer.Ordinal));
        string? next = null;
        foreach (var (key, stored) in bucket.Snapshot())
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal) || IsBefore(key, Query("start")))
                continue;
            if (Query("startAfter") is { } after && string.CompareOrdinal(key, after) <= 0)
                continue;
            if (Query("end") is { } end && string.CompareOrdinal(key, end) >= 0)
                break;
            var slash = Query("delimiter") is null ? -1 : key.IndexOf('/', prefix.Length);
            if (slash >= 0 && prefixes.Contains(key[..(slash + 1)]))
                continue;
            if (objects.Count + prefixes.Count == limit)
            {
                next = key;
                break;
            }

            if (slash >= 0)
                prefixes.Add(key[..(slash + 1)]);
            else
                objects.Add(Describe(key, stored, fields));
        }

        return EmulatorAnswer.Json(
            new Dictionary<string, object?> { ["objects"] = objects, ["prefixes"] = prefixes, ["nextStartWith"] = next });

        static bool IsBefore(string key, string? start) => start is not null && string.CompareOrdinal(key, start) < 0;
    }

    private static int ReadLimit(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is > 0 and <= MaxListed
            ? limit
            : throw Invalid("limit", text);

    private static Dictionary<string, object?> Describe(string key, EmulatedObject stored, string[] fields)
    {
        var described = new Dictionary<string, object?> { ["name"] = key };
        foreach (var field in fields)
        {
            described[field] = field switch
            {
                "name" => key,
                "size" => stored.Content.Length,
                "etag" => stored.ETag,
                "md5" => stored.Md5,
                "timeCreated" or "timeModified" => stored.Modified.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                "storageTier" => "Standard",
                _ => throw Invalid("fields", field),
            };
        }

        return described;
    }

    private EmulatorAnswer Begin()
    {
        using var details = JsonDocument.Parse(signedBody);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (details.RootElement.TryGetProperty("metadata", out var given))
        {
            foreach (var pair in given.EnumerateObject())
            {
                if (!pair.Name.StartsWith(MetadataPrefix, StringComparison.Ordinal))
                    throw Invalid("metadata", pair.Name);
                metadata[pair.Name] = pair.Value.GetString()!;
            }
        }

        var key = details.RootElement.GetProperty("object").GetString()!;
        var contentType = details.RootElement.TryGetProperty("contentType", out var type) ? type.GetString()! : "application/octet-stream";
        var upload = bucket.Begin(key, contentType, metadata, IfMatch, IfNoneMatch);
        return EmulatorAnswer.Json(new Dictionary<string, object?>
        {
            ["namespace"] = target.Namespace,
            ["bucket"] = target.Bucket,
            ["object"] = key,
            ["uploadId"] = upload.Id,
            ["timeCreated"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["storageTier"] = "Standard",
        });
    }

    private async Task<EmulatorAnswer> UploadPartAsync()
    {
        var text = target.Query.GetValueOrDefault("uploadPartNum", "");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > MaxParts)
            throw Invalid("uploadPartNum", text);
        var part = new EmulatedPart(await ReadContentAsync());
        bucket.AddPart(target.Key, target.Query.GetValueOrDefault("uploadId", ""), number, part, IfMatch, IfNoneMatch);
        return new EmulatorAnswer(200) { Headers = { ["etag"] = part.ETag, ["opc-content-md5"] = StorageHash.Md5(part.Content) } };
    }

    private EmulatorAnswer Commit()
    {
        using var details = JsonDocument.Parse(signedBody);
        var parts = details.RootElement.GetProperty("partsToCommit").EnumerateArray()
            .Select(static part => (part.GetProperty("partNum").GetInt32(), part.GetProperty("etag").GetString()!))
            .ToList();
        var excluded = details.RootElement.TryGetProperty("partsToExclude", out var exclude)
            ? exclude.EnumerateArray().Select(static part => part.GetInt32()).ToHashSet()
            : [];
        var stored = bucket.Commit(target.Key, target.Query.GetValueOrDefault("uploadId", ""), parts, excluded, IfMatch, IfNoneMatch);
        return new EmulatorAnswer(200)
        {
            Headers =
            {
                ["etag"] = stored.ETag,
                ["opc-multipart-md5"] = stored.MultipartMd5!,
                ["last-modified"] = stored.Modified.ToString("r", CultureInfo.InvariantCulture),
                ["version-id"] = stored.ETag,
            },
        };
    }

    private EmulatorAnswer Abort()
    {
        bucket.Abort(target.Key, target.Query.GetValueOrDefault("uploadId", ""));
        return new EmulatorAnswer(204);
    }

    /// <summary>Reads the bytes of an object or a part. The request must have a Content-Length.</summary>
    private async Task<byte[]> ReadContentAsync()
    {
        if (context.Request.ContentLength is not { } length || Headers.TransferEncoding.Count > 0)
            throw new EmulatorError(411, "MissingContentLength", "The Content-Length header is missing; chunked bodies are not accepted");
        var content = new byte[length];
        await context.Request.Body.ReadExactlyAsync(content, context.RequestAborted);
        var computed = StorageHash.Md5(content);
        return Headers.ContentMD5 is { Count: 1 } md5 && md5 != computed
            ? throw new EmulatorError(
                400,
                "UnmatchedContentMD5",
                $"The computed MD5 of the request body ({computed}) does not match the Content-MD5 header ({md5})")
            : content;
    }

    private static EmulatorError Invalid(string parameter, string value) =>
        EmulatorError.InvalidParameter($"{parameter} is '{value}', which is not valid");
}
