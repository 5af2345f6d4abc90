using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using ModelServing.Contracts;

namespace ModelServing.Hosting.Functions;

/// <summary>Calls of a function by plain HTTP: the payload is the request's body, the answer is the answer. <c>X-Request-Timeout</c> gives the
/// time that the caller waits, <c>X-Request-Id</c> the call's identifier.</summary>
internal sealed class HttpCalls(FunctionRunner runner, TimeProvider time)
{
    private static readonly Problem MethodNotAllowed = new(405, "method-not-allowed", "Method not allowed");
    private static readonly Problem InvalidRequest = new(400, "invalid-request", "Invalid request");

    internal async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            await MethodNotAllowed.WriteAsync(context, $"{request.Path} takes POST, not {request.Method}");
            return;
        }

        var id = request.Headers[HeaderNames.RequestId] is [{ Length: > 0 and <= 200 } given] ? given : Guid.NewGuid().ToString();
        if (!TryDeadline(request.Headers[HeaderNames.RequestTimeout], out var deadline))
        {
            await InvalidRequest.WriteAsync(context, $"The header {HeaderNames.RequestTimeout} is '{request.Headers[HeaderNames.RequestTimeout]}'; it has to be {RequestTimeout.Form}", id);
            return;
        }

        try
        {
            var result = await CallBody.ReadAsync(request, context.RequestAborted) is { } body
                ? await runner.RunAsync(new FunctionCall(id, body, HeadersOf(request), deadline), context.RequestAborted)
                : runner.RefuseLarge(id);
            await WriteAsync(context, result.Answer);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller left; there is nobody to answer.
        }
    }

    private bool TryDeadline(StringValues given, out DateTimeOffset? deadline)
    {
        deadline = null;
        if (given.Count == 0)
            return true;
        if (given.Count > 1 || !RequestTimeout.TryParse(given[0], out var patience))
            return false;
        deadline = time.GetUtcNow() + patience;
        return true;
    }

    private static Dictionary<string, string> HeadersOf(HttpRequest request) =>
        request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    private static Task WriteAsync(HttpContext context, FunctionAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = answer.Body.Length;
        return context.Response.Body.WriteAsync(answer.Body, context.RequestAborted).AsTask();
    }
}
