using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelServing.Hosting.Functions;

namespace ModelServing.Hosting;

/// <summary>
/// An error answer: problem details (RFC 9457) with the Open Inference Protocol's member <c>error</c> beside the standard ones, so
/// that clients of either understand it.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">What kind of problem it is, for a program: the last part of <c>type</c>, and a metric's dimension.</param>
/// <param name="Title">What kind of problem it is, for a person.</param>
public sealed record Problem(int Status, string Reason, string Title)
{
    private const string ContentType = "application/problem+json";

    // The answer is never HTML: quotes may stand as they are.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the answer. The response must not have started.</summary>
    /// <param name="context">The request.</param>
    /// <param name="detail">What went wrong with this request, and what would be right.</param>
    /// <param name="requestId">The request's identifier; null when it has none.</param>
    /// <param name="retryAfter">When trying again can help; null when it can't.</param>
    public Task WriteAsync(HttpContext context, string detail, string? requestId = null, TimeSpan? retryAfter = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var body = Write(detail, requestId);
        context.Response.StatusCode = Status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.Length;
        if (retryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>The answer as a function gives it.</summary>
    /// <param name="detail">What went wrong with this call, and what would be right.</param>
    /// <param name="callId">The call's identifier.</param>
    public FunctionAnswer ToAnswer(string detail, string callId) => new(Status, Write(detail, callId), ContentType);

    private ReadOnlyMemory<byte> Write(string detail, string? requestId)
    {
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
                json.WriteString("requestId"u8, requestId);
            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }
}
