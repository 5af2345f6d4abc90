using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.Emulation;

/// <summary>The answer of an operation.</summary>
internal sealed record EmulatorAnswer(int Status)
{
    internal ReadOnlyMemory<byte> Body { get; init; }

    internal string? ContentType { get; init; }

    internal Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal static EmulatorAnswer Json<T>(T value) =>
        new(200) { Body = JsonSerializer.SerializeToUtf8Bytes(value), ContentType = "application/json" };

    /// <summary>Sends the answer, with at most <paramref name="maxBytes"/> of its body.</summary>
    internal async Task WriteAsync(HttpContext context, int maxBytes = int.MaxValue)
    {
        context.Response.StatusCode = Status;
        foreach (var (name, value) in Headers)
            context.Response.Headers[name] = value;
        if (Status is 204 or 304)
            return;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = Body.Length;
        if (context.Request.Method != "HEAD")
            await context.Response.Body.WriteAsync(Body[..Math.Min(maxBytes, Body.Length)], context.RequestAborted);
    }
}
