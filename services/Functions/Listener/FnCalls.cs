using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Hosting;

namespace ModelServing.Functions.Listener;

/// <summary>
/// Calls of a function by the Fn contract: <c>POST /call</c>, with the facts about the call in headers <c>Fn-*</c>.
/// </summary>
/// <remarks>
/// <code>
/// 1 frame    a line on both logs names the call that the next lines belong to
/// 2 call     the unchanged payload; a gateway's headers without their prefix
/// 3 answer   with a status that the platform accepts: for any other it kills the container
/// </code>
/// A gateway's caller (Fn-Intent httprequest) gets the answer's own status, in a header. For any other caller, an answer of 500 or above
/// means that the function failed, and the caller may try again.
/// </remarks>
internal sealed class FnCalls(FnListener listener, FunctionRunner runner, ILogger logger)
{
    private const string Path = "/call";
    private const int Ok = 200;
    private const int Failed = 502;
    private const int Late = 504;

    private static readonly string Version =
        $"modelserving/{typeof(FnCalls).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0"}";

    private static readonly Problem NoSuchPath = new(404, "no-such-path", "No such path");

    private static readonly string Runtime = $"dotnet/{Environment.Version.ToString(3)}";

    internal async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        WriteFrame(request);
        try
        {
            var id = IdOf(request);
            if (!HttpMethods.IsPost(request.Method) || request.Path != Path)
            {
                var detail = $"There is nothing at {request.Method} {request.Path}; calls are POST {Path}";
                await WriteAsync(context, new FunctionResult(FunctionAnswer.From(NoSuchPath, detail, id), IsFault: true));
                return;
            }

            var result = await CallBody.ReadAsync(request, context.RequestAborted) is { } body
                ? await runner.RunAsync(CallOf(request, id, body), context.RequestAborted)
                : runner.RefuseLarge(id);
            await WriteAsync(context, result);
        }
        catch (Exception e) when (CallerLeft.IsShownBy(e, context))
        {
            // The platform is gone and reads no answer.
            CallerLeft.End(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && BodyFault.Find(e) is not null)
        {
            var (problem, detail) = BodyFault.Find(e)!.Value;
            await WriteAsync(context, new FunctionResult(FunctionAnswer.From(problem, detail, IdOf(request)), IsFault: true));
        }
    }

    private static string IdOf(HttpRequest request) =>
        request.Headers[FnHeaders.CallId] is [{ Length: > 0 } given] ? given : Guid.NewGuid().ToString();

    private static Task WriteAsync(HttpContext context, FunctionResult result)
    {
        var answer = result.Answer;
        var response = context.Response;
        response.StatusCode = StatusOf(result, isHttp: context.Request.Headers[FnHeaders.Intent] == FnHeaders.HttpRequest);
        response.Headers[FnHeaders.FdkVersion] = Version;
        response.Headers[FnHeaders.FdkRuntime] = Runtime;
        response.Headers[FnHeaders.HttpStatus] = answer.Status.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in answer.Headers)
            response.Headers[FnHeaders.HttpPrefix + name] = value;
        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        return response.Body.WriteAsync(answer.Body, context.RequestAborted).AsTask();
    }

    private static int StatusOf(FunctionResult result, bool isHttp) => result switch
    {
        { Answer.Status: Late } when !isHttp => Late,
        { IsFault: true } => Failed,
        { Answer.Status: >= 500 } when !isHttp => Failed,
        _ => Ok,
    };

    private void WriteFrame(HttpRequest request)
    {
        if (listener is not { LogFrameName: { } name, LogFrameHeader: { } header }
            || request.Headers[header] is not [{ Length: > 0 } value])
            return;
        var frame = $"\n{name}={VisibleText.From(value)}\n";
        Console.Out.Write(frame);
        Console.Error.Write(frame);
    }

    private FunctionCall CallOf(HttpRequest request, string id, byte[] body) => new(id, body, HeadersOf(request), DeadlineOf(request))
    {
        Request = request.Headers[FnHeaders.Intent] == FnHeaders.HttpRequest
            && request.Headers[FnHeaders.HttpMethod] is [{ Length: > 0 } method]
            && request.Headers[FnHeaders.HttpUrl] is [{ Length: > 0 } url]
                ? new GatewayRequest(method, url)
                : null,
    };

    private DateTimeOffset? DeadlineOf(HttpRequest request)
    {
        if (request.Headers[FnHeaders.Deadline] is not [{ Length: > 0 } text])
            return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var deadline))
            return deadline;
        FunctionLog.NoDeadline(logger, FnHeaders.Deadline, text);
        return null;
    }

    // A gateway sends some headers in both forms; those with the prefix are the caller's own.
    private static Dictionary<string, string> HeadersOf(HttpRequest request)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in request.Headers)
        {
            if (name.StartsWith(FnHeaders.HttpPrefix, StringComparison.OrdinalIgnoreCase))
                headers[name[FnHeaders.HttpPrefix.Length..]] = value.ToString();
            else if (!name.StartsWith(FnHeaders.Prefix, StringComparison.OrdinalIgnoreCase))
                headers.TryAdd(name, value.ToString());
        }

        return headers;
    }
}
