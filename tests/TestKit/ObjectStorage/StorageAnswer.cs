using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>What an operation answers.</summary>
internal sealed record StorageAnswer(int Status)
{
    internal ReadOnlyMemory<byte> Body { get; init; }

    internal string? ContentType { get; init; }

    internal Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal static StorageAnswer Json<T>(T value) => new(200) { Body = JsonSerializer.SerializeToUtf8Bytes(value), ContentType = "application/json" };

    /// <summary>Sends it, or of its body only the first bytes.</summary>
    internal async Task WriteAsync(HttpContext context, int most = int.MaxValue)
    {
        context.Response.StatusCode = Status;
        foreach (var (name, value) in Headers)
            context.Response.Headers[name] = value;
        if (Status is 204 or 304)
            return;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = Body.Length;
        if (context.Request.Method != "HEAD")
            await context.Response.Body.WriteAsync(Body[..Math.Min(most, Body.Length)], context.RequestAborted);
    }
}
