using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>
/// An error response: problem details (RFC 9457) with the Open Inference Protocol's member <c>error</c> beside the standard ones, so that
/// clients of either understand it.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">The kind of problem, for programs: the last part of <c>type</c>, and a metric's dimension.</param>
/// <param name="Title">The kind of problem, for people.</param>
public sealed record Problem(int Status, string Reason, string Title)
{
    public const string ContentType = "application/problem+json";

    // The response is never HTML, so quotes need no escaping.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the response, which must not have started.</summary>
    /// <param name="context">The request.</param>
    /// <param name="detail">What went wrong with this request, and what would be right.</param>
    /// <param name="requestId">The request's identifier; null for the one in the response's headers, if there is one.</param>
    /// <param name="retryAfter">How long to wait before a retry can help; null if a retry cannot help.</param>
    public Task WriteAsync(HttpContext context, string detail, string? requestId = null, TimeSpan? retryAfter = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        requestId ??= context.Response.Headers[HeaderNames.RequestId] is [{ } given] ? given : null;
        var body = ToUtf8(detail, requestId);
        // For the access log.
        context.Features.Set(this);
        context.Features.Get<RefusedRequests>()?.Add(context.Request, this, requestId);
        context.Response.StatusCode = Status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.Length;
        if (retryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>The response's body. Its text may be what a caller or a version chose, and is often printed on a terminal.</summary>
    public ReadOnlyMemory<byte> ToUtf8(string detail, string? requestId)
    {
        detail = VisibleText.From(detail);
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, Readable))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "urn:modelserving:problem:" + Reason);
            json.WriteString("title"u8, Title);
            json.WriteNumber("status"u8, Status);
            json.WriteString("detail"u8, detail);
            json.WriteString("error"u8, detail);
            if (requestId is not null)
                json.WriteString("requestId"u8, VisibleText.From(requestId));
            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }
}
