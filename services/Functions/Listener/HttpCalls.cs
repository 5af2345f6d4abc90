using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Functions.Listener;

/// <summary>Calls of a function by plain HTTP: the request's body is the payload, and the function's answer is the response.
/// <c>X-Request-Timeout</c> is the time that the caller waits, <c>X-Request-Id</c> the call's identifier. A caller needs the run's secret
/// and must send JSON.</summary>
internal sealed class HttpCalls(FunctionRunner runner, RunSecret secret, TimeProvider time)
{
    private static readonly Problem InvalidRequest = new(400, "invalid-request", "Invalid request");

    internal async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            await AllowedMethods.NotAllowed.WriteAsync(context, $"{request.Path} accepts POST, not {request.Method}");
            return;
        }

        if (!await secret.AdmitsAsync(context))
            return;
        if (UnsupportedBody.FindIn(context) is { } unsupported)
        {
            await UnsupportedBody.Problem.WriteAsync(context, unsupported);
            return;
        }

        var id = request.Headers[HeaderNames.RequestId] is [{ Length: > 0 and <= 200 } given]
            ? given
            : context.Response.Headers[HeaderNames.RequestId].ToString();
        if (!TryDeadline(request.Headers[HeaderNames.RequestTimeout], out var deadline))
        {
            var detail = $"The header {HeaderNames.RequestTimeout} is '{request.Headers[HeaderNames.RequestTimeout]}'; it must be " +
                $"{RequestTimeout.Form}";
            await InvalidRequest.WriteAsync(context, detail, id);
            return;
        }

        try
        {
            var result = await CallBody.ReadAsync(request, context.RequestAborted) is { } body
                ? await runner.RunAsync(new FunctionCall(id, body, HeadersOf(request), deadline), context.RequestAborted)
                : runner.RefuseLarge(id);
            await WriteAsync(context, result.Answer);
        }
        catch (Exception e) when (CallerLeft.IsShownBy(e, context))
        {
            CallerLeft.End(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && BodyFault.Find(e) is not null)
        {
            var (problem, detail) = BodyFault.Find(e)!.Value;
            await problem.WriteAsync(context, detail, id);
        }
    }

    private bool TryDeadline(StringValues given, out DateTimeOffset? deadline)
    {
        deadline = null;
        if (given.Count == 0)
            return true;
        if (given.Count > 1 || !RequestTimeout.TryParse(given[0], out var timeout))
            return false;
        deadline = time.GetUtcNow() + timeout;
        return true;
    }

    private static Dictionary<string, string> HeadersOf(HttpRequest request) =>
        request.Headers.ToDictionary(
            static header => header.Key,
            static header => header.Value.ToString(),
            StringComparer.OrdinalIgnoreCase);

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
