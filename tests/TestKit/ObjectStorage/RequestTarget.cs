namespace ModelServing.TestKit.ObjectStorage;

/// <summary>A request's target, parsed as it was sent.</summary>
/// <param name="Raw">The target, with its escapes.</param>
/// <param name="Operation">The operation; null if no operation has that path and method.</param>
/// <param name="Namespace">The namespace in the path.</param>
/// <param name="Bucket">The bucket in the path.</param>
/// <param name="Key">The object in the path, or an empty string.</param>
/// <param name="Query">The query's values by name.</param>
public sealed record RequestTarget(
    string Raw,
    StorageOperation? Operation,
    string? Namespace,
    string? Bucket,
    string Key,
    IReadOnlyDictionary<string, string> Query)
{
    internal static RequestTarget Parse(string method, string raw)
    {
        var question = raw.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? raw : raw[..question];
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in question < 0 ? [] : raw[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            query[Uri.UnescapeDataString(parts[0])] = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
        }

        // An object's name is always one segment, because its slashes are escaped.
        var segments = path.Split('/').Select(Uri.UnescapeDataString).ToArray();
        return segments switch
        {
            ["", "n"] or ["", "n", ""] => new(raw, method == "GET" ? StorageOperation.GetNamespace : null, null, null, "", query),
            ["", "n", var ns, "b", var bucket, "o"] =>
                new(raw, method == "GET" ? StorageOperation.ListObjects : null, ns, bucket, "", query),
            ["", "n", var ns, "b", var bucket, "o", { Length: > 0 } name] => new(raw, ObjectOperation(method), ns, bucket, name, query),
            ["", "n", var ns, "b", var bucket, "u"] =>
                new(raw, method == "POST" ? StorageOperation.CreateMultipartUpload : null, ns, bucket, "", query),
            ["", "n", var ns, "b", var bucket, "u", { Length: > 0 } name] => new(raw, UploadOperation(method), ns, bucket, name, query),
            _ => new(raw, null, null, null, "", query),
        };
    }

    private static StorageOperation? ObjectOperation(string method) => method switch
    {
        "PUT" => StorageOperation.PutObject,
        "GET" => StorageOperation.GetObject,
        "HEAD" => StorageOperation.HeadObject,
        "DELETE" => StorageOperation.DeleteObject,
        _ => null,
    };

    private static StorageOperation? UploadOperation(string method) => method switch
    {
        "PUT" => StorageOperation.UploadPart,
        "POST" => StorageOperation.CommitMultipartUpload,
        "DELETE" => StorageOperation.AbortMultipartUpload,
        _ => null,
    };
}
