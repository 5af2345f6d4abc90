using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>A refusal, as the service answers it: <c>{"code","message"}</c>.</summary>
internal sealed class StorageError(int status, string code, string message) : Exception($"{status} {code}: {message}")
{
    internal async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = status;
        await Json.WriteAsync(context, new Dictionary<string, object?> { ["code"] = code, ["message"] = message });
    }
}
