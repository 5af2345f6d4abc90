using System.Text.Json;
using ModelServing.OpenInference.Errors;

namespace ModelServing.OpenInference.Rest;

/// <summary>Reads an answer that is an error: the protocol's member <c>error</c>, or problem details (RFC 9457).</summary>
internal static class ProblemReader
{
    private const int MaxBytes = 64 * 1024;

    internal static async Task<OpenInferenceException> ReadAsync(
        HttpResponseMessage response, TimeProvider time, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        var (reason, detail) = (default(string), default(string));
        try
        {
            (reason, detail) = Read(await AnswerBody.ReadAllAsync(response, MaxBytes, cancellation));
        }
        catch (Exception e) when (e is OpenInferenceException or HttpRequestException or IOException)
        {
            // The status says enough.
        }

        return new OpenInferenceException(
            StatusFaults.FaultOf(status), $"the server answered {$"{status} {reason}".TrimEnd()}: {detail ?? "it says nothing more"}")
        {
            Status = status,
            Reason = reason,
            Detail = detail,
            RetryAfter = HttpHeaders.RetryAfter(response, time),
            Headers = HttpHeaders.Read(response),
        };
    }

    /// <summary>Reads the body, of which each part may be missing.</summary>
    internal static (string? Reason, string? Detail) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return default;
            // As in urn:modelserving:problem:queue-full, or in an address of a page about the problem.
            var type = Text(json.RootElement, "type"u8);
            return (
                type is null or "about:blank" ? null : type[(type.LastIndexOfAny([':', '/']) + 1)..],
                Text(json.RootElement, "detail"u8) ?? Text(json.RootElement, "error"u8) ?? Text(json.RootElement, "title"u8));
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static string? Text(JsonElement json, ReadOnlySpan<byte> name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
