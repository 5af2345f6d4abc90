using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using HeaderNames = Microsoft.Net.Http.Headers.HeaderNames;

namespace ModelServing.Inference;

/// <summary>Finds bodies that say that they are not plain JSON. They are never read in another way than they say.</summary>
internal static class UnsupportedBody
{
    // The header of the protocol's binary extension: the length of the JSON before the tensors' bytes.
    private const string BinaryHeader = "Inference-Header-Content-Length";

    /// <summary>Returns the reason; null if there is none.</summary>
    internal static string? FindIn(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.ContainsKey(BinaryHeader))
            return $"{BinaryHeader}: this version does not support binary tensor data; send the tensors as JSON";
        if (headers.ContentEncoding is { Count: > 0 } encoding &&
            !string.Equals(encoding.ToString(), "identity", StringComparison.OrdinalIgnoreCase))
            return $"{HeaderNames.ContentEncoding}: '{encoding}' is not supported; send the JSON without an encoding";
        if (CharsetOf(request.ContentType) is { } charset && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return $"{HeaderNames.ContentType}: the charset '{charset}' is not supported; JSON is UTF-8";
        return null;
    }

    private static string? CharsetOf(string? type) =>
        type is not null && type.Contains("charset", StringComparison.OrdinalIgnoreCase) &&
        MediaTypeHeaderValue.TryParse(type, out var parsed) && parsed.Charset.HasValue
            ? HeaderUtilities.RemoveQuotes(parsed.Charset).ToString()
            : null;
}
