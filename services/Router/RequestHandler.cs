using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Routing;

namespace ModelServing.Router;

/// <summary>The way of a request: what it asks for, which variant answers, forward, count.</summary>
internal sealed class RequestHandler(RoutingTableHolder holder, RouterMetrics metrics, TimeProvider time, ILogger<RequestHandler> logger)
{
    // What "try again" means where a version is starting or was just lost.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Forwarder forwarder = new(time);

    internal async Task HandleAsync(HttpContext context, string path)
    {
        var began = time.GetTimestamp();
        var requestId = Ulid.NewUlid(time.GetUtcNow()).ToString();
        context.Response.Headers[HeaderNames.RequestId] = requestId;
        var (table, problem, detail) = (holder.Current, (Problem?)null, "");
        var (model, route, action) = Find(context, path, table, requestId, ref problem, ref detail);
        if (route is null || model is null)
        {
            await problem!.WriteAsync(context, detail, requestId, problem.Status == StatusCodes.Status503ServiceUnavailable ? RetryAfter : null);
            return;
        }

        context.Response.Headers[HeaderNames.ModelVersion] = route.VersionText;
        context.Response.Headers[HeaderNames.ModelVariant] = route.Variant;
        try
        {
            var deadline = began + (long)(model.Deadline.TotalSeconds * time.TimestampFrequency);
            var result = await forwarder.ForwardAsync(context, route, action, requestId, deadline);
            if (result != ForwardResult.Answered)
                (problem, detail) = Explain(result, model, route);
        }
        catch (BadHttpRequestException e)
        {
            problem = e.StatusCode == StatusCodes.Status413PayloadTooLarge ? Problems.BodyTooLarge : Problems.BadRequest;
            detail = e.Message;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Reading from or writing to the client failed: there is nobody to answer.
        }
        catch (Exception e)
        {
            RouterLog.Failed(logger, requestId, e);
            (problem, detail) = (Problems.Internal, "The router failed at this request; its log says how");
        }

        if (problem is not null && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            await problem.WriteAsync(context, detail, requestId, problem.Status == StatusCodes.Status503ServiceUnavailable ? RetryAfter : null);
        const int ClientClosedRequest = 499;
        var status = context.RequestAborted.IsCancellationRequested ? ClientClosedRequest : context.Response.StatusCode;
        metrics.Answered(route.Tags, status, time.GetElapsedTime(began), problem?.Reason);
    }

    private static (ModelRoute?, VariantRoute?, ModelAction) Find(HttpContext context, string path, RoutingTable? table, string requestId, ref Problem? problem, ref string detail)
    {
        if (!RequestTarget.TryParse(path, out var target))
        {
            (problem, detail) = (Problems.NoSuchPath, $"There is nothing at {path}; a model's paths are {InferencePaths.Models}MODEL[/versions/VERSION][/ready|/infer]");
            return default;
        }

        if (table is null)
        {
            (problem, detail) = (Problems.NoPlan, "The router has not read a plan yet");
            return default;
        }

        if (!table.TryGetModel(target.Model, out var model))
        {
            (problem, detail) = (Problems.UnknownModel, $"There is no model '{target.Model}'; there are: {string.Join(", ", table.ModelNames)}");
            return default;
        }

        var method = target.Action == ModelAction.Infer ? HttpMethods.Post : HttpMethods.Get;
        if (context.Request.Method != method)
        {
            context.Response.Headers.Allow = method;
            (problem, detail) = (Problems.MethodNotAllowed, $"{path} takes {method}, not {context.Request.Method}");
            return default;
        }

        if (!target.Version.IsEmpty)
        {
            var pinned = model.Pin(target.Version);
            if (pinned is null)
                (problem, detail) = (Problems.UnknownVersion, $"There is no version '{target.Version}' of {model.Name}; there are: {string.Join(", ", model.Versions)}");
            return (model, pinned, target.Action);
        }

        if (target.Action != ModelAction.Infer)
            return (model, model.Stable, target.Action);
        var key = model.RoutingKeyHeader is { } header ? context.Request.Headers[header].ToString() : "";
        return (model, model.Assign(key.Length > 0 ? key : requestId), target.Action);
    }

    private static (Problem?, string) Explain(ForwardResult result, ModelRoute model, VariantRoute route) => result switch
    {
        ForwardResult.NoReadyEndpoint => (Problems.NoReadyEndpoint, $"No endpoint of {route.Model} version {route.Version} is ready"),
        ForwardResult.ConnectionLost => (Problems.ConnectionLost, $"The connection to {route.Model} version {route.Version} was lost before its answer came whole"),
        ForwardResult.BadAnswer => (Problems.BadAnswer, $"{route.Model} version {route.Version} gave an answer that is no HTTP/1.1"),
        ForwardResult.Deadline => (Problems.Deadline, $"{route.Model} version {route.Version} gave no answer within {model.Deadline.TotalMilliseconds:0} ms"),
        _ => (null, ""),
    };
}

internal static partial class RouterLog
{
    [LoggerMessage(20, LogLevel.Error, "Request {RequestId} failed in the router")]
    internal static partial void Failed(ILogger logger, string requestId, Exception exception);
}
