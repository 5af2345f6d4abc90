using Microsoft.AspNetCore.Http;

namespace ModelServing.FeatureServer;

internal static class JsonAnswer
{
    internal static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }
}
