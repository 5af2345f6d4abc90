using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ModelServing.Hosting;

/// <summary>Finds bodies that say that they are something else than what is read. They are never read in another way than they say. All
/// names are compared without regard to case (RFC 9110, 8.3.1 and 8.4.1).</summary>
public static class UnsupportedBody
{
    /// <summary>The answer to such a body.</summary>
    public static Problem Problem { get; } =
        new(StatusCodes.Status415UnsupportedMediaType, "unsupported-body", "Unsupported body");

    /// <summary>The media type of an inference request in Protocol Buffers: one message of the Open Inference Protocol's gRPC service,
    /// without the frame that gRPC puts around it.</summary>
    public const string Protobuf = "application/x-protobuf";

    private const string Json = "application/json";
    private const string Identity = "identity";

    private static readonly string[] Compressions = ["gzip", "deflate"];

    // What programs send that do not say what the body is: by default, or because it is nothing else.
    private static readonly string[] Accepted =
        [Json, "text/json", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"];

    /// <summary>Returns the reason; null for a body that is supported. With a reason, the response has the headers that name what is
    /// supported.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isInference">Whether the body may be compressed, hold binary tensor data and be in Protocol Buffers, as that of an
    /// inference request may.</param>
    public static string? FindIn(HttpContext context, bool isInference = false)
    {
        ArgumentNullException.ThrowIfNull(context);
        var headers = context.Request.Headers;
        if (!isInference && headers.ContainsKey(Contracts.HeaderNames.JsonLength))
            return $"{Contracts.HeaderNames.JsonLength}: only inference requests have binary tensor data; send JSON";
        if (headers.TransferEncoding is { Count: > 0 } transfer && !IsChunked(transfer))
            return $"{HeaderNames.TransferEncoding}: '{transfer}' is not supported; send the JSON in chunks, or with its length";
        if (headers.ContentEncoding.Count > 0 && FaultIn(headers.ContentEncoding, isInference) is { } coding)
        {
            context.Response.Headers.AcceptEncoding = isInference ? string.Join(", ", Compressions) : Identity;
            return $"{HeaderNames.ContentEncoding}: {coding}";
        }

        if (FaultIn(headers.ContentType) is not { } fault || (isInference && IsProtobuf(headers.ContentType)))
            return null;
        context.Response.Headers.Accept = isInference ? $"{Json}, {Protobuf}" : Json;
        return fault;
    }

    /// <summary>Whether a media type is that of Protocol Buffers, whatever its parameters are.</summary>
    public static bool IsProtobuf(StringValues type) => type is [{ } text]
        && text.StartsWith(Protobuf, StringComparison.OrdinalIgnoreCase)
        && MediaTypeHeaderValue.TryParse(text, out var parsed)
        && parsed.MediaType.Equals(Protobuf, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a body comes in chunks and in no other coding. Kestrel looks only at the last one.</summary>
    public static bool IsChunked(StringValues codings) =>
        codings.Count == 1 && "chunked".Equals(codings[0], StringComparison.OrdinalIgnoreCase);

    /// <summary>The first coding of a list that is not <c>identity</c>, in small letters; null if all are.</summary>
    public static string? CodingOf(StringValues codings) => Codings(codings) is [{ } first, ..] ? first.ToLowerInvariant() : null;

    // All codings of a list but identity.
    private static List<string> Codings(StringValues codings)
    {
        var found = new List<string>();
        foreach (var line in codings)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                // A list may have empty elements (RFC 9110, 5.6.1).
                var coding = line.AsSpan(range).Trim(" \t");
                if (!coding.IsEmpty && !coding.Equals(Identity, StringComparison.OrdinalIgnoreCase))
                    found.Add(coding.ToString());
            }
        }

        return found;
    }

    private static string? FaultIn(StringValues codings, bool isInference)
    {
        var found = Codings(codings);
        if (!isInference)
            return found.Count == 0 ? null : $"'{found[0]}' is not supported; send the JSON without an encoding";
        return found.Find(static coding => !Compressions.Contains(coding, StringComparer.OrdinalIgnoreCase)) is { } other
            ? $"'{other}' is not supported; send the body as it is, or with {string.Join(" or ", Compressions)}"
            : found.Count > 1
            ? $"'{string.Join(", ", found)}' is not supported; one coding is the most"
            : null;
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
