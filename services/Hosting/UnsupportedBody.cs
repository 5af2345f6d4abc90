using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ModelServing.Hosting;

/// <summary>Finds bodies that say that they are not plain JSON. They are never read in another way than they say. All names are compared
/// without regard to case (RFC 9110, 8.3.1 and 8.4.1).</summary>
public static class UnsupportedBody
{
    /// <summary>The answer to such a body.</summary>
    public static Problem Problem { get; } =
        new(StatusCodes.Status415UnsupportedMediaType, "unsupported-body", "Unsupported body");

    // The header of the Open Inference Protocol's binary extension: the length of the JSON before the tensors' bytes.
    private const string BinaryHeader = "Inference-Header-Content-Length";

    private const string Json = "application/json";

    // What programs send that do not say what the body is: by default, or because it is nothing else.
    private static readonly string[] Accepted =
        [Json, "text/json", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"];

    /// <summary>Returns the reason; null for a body that is supported. With a reason, the response has the headers that name what is
    /// supported.</summary>
    public static string? FindIn(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var headers = context.Request.Headers;
        if (headers.ContainsKey(BinaryHeader))
            return $"{BinaryHeader}: this version does not support binary tensor data; send the tensors as JSON";
        if (headers.TransferEncoding is { Count: > 0 } transfer && !IsChunked(transfer))
            return $"{HeaderNames.TransferEncoding}: '{transfer}' is not supported; send the JSON in chunks, or with its length";
        if (FindOther(headers.ContentEncoding, "identity") is { } coding)
        {
            context.Response.Headers.AcceptEncoding = "identity";
            return $"{HeaderNames.ContentEncoding}: '{coding}' is not supported; send the JSON without an encoding";
        }

        if (FaultIn(headers.ContentType) is not { } fault)
            return null;
        context.Response.Headers.Accept = Json;
        return fault;
    }

    /// <summary>Whether a body comes in chunks and in no other coding. Kestrel looks only at the last one.</summary>
    public static bool IsChunked(StringValues codings) =>
        codings.Count == 1 && "chunked".Equals(codings[0], StringComparison.OrdinalIgnoreCase);

    // The first coding of a list that is not the named one; null if all are.
    private static string? FindOther(StringValues codings, string supported)
    {
        foreach (var line in codings)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                // A list may have empty elements (RFC 9110, 5.6.1).
                var coding = line.AsSpan(range).Trim(" \t");
                if (!coding.IsEmpty && !coding.Equals(supported, StringComparison.OrdinalIgnoreCase))
                    return coding.ToString();
            }
        }

        return null;
    }

    private static string? FaultIn(StringValues type)
    {
        // The first is what nearly all requests say.
        if (type is [Json] || string.IsNullOrWhiteSpace(type.ToString()))
            return null;
        if (!MediaTypeHeaderValue.TryParse(type.ToString(), out var parsed))
            return $"{HeaderNames.ContentType}: '{type}' is not a media type; send {Json}";
        if (!Accepted.Any(accepted => parsed.MediaType.Equals(accepted, StringComparison.OrdinalIgnoreCase))
            && !parsed.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            return $"{HeaderNames.ContentType}: '{parsed.MediaType}' is not supported; send {Json}";
        return parsed.Charset.HasValue && !HeaderUtilities.RemoveQuotes(parsed.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            ? $"{HeaderNames.ContentType}: the charset '{HeaderUtilities.RemoveQuotes(parsed.Charset)}' is not supported; JSON is UTF-8"
            : null;
    }
}
