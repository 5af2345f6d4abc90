using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Clients;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Routing;

namespace ModelServing.Router;

/// <summary>The way of a request: who sends it, what it asks for, which variant answers, forward, count.</summary>
internal sealed class RequestHandler(RouterSettings settings, Admission admission, RoutingTableHolder holder, RouterMetrics metrics, TimeProvider time, ILogger<RequestHandler> logger)
{
    // What "try again" means where a version is starting or was just lost.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // What the metrics call a request whose client did not wait; nobody sees it as an answer.
    private const int ClientClosedRequest = 499;

    private readonly Forwarder forwarder = new(time);

    internal async Task HandleAsync(HttpContext context, string path)
    {
        var began = time.GetTimestamp();
        var requestId = Ulid.NewUlid(time.GetUtcNow()).ToString();
        context.Response.Headers[HeaderNames.RequestId] = requestId;
        var admitted = await admission.AdmitAsync(context);
        if (admitted.Problem is { } refusal)
        {
            metrics.Refused(refusal);
            await refusal.WriteAsync(context, admitted.Detail, requestId, admitted.RetryAfter);
            return;
        }

        var (table, problem, detail) = (holder.Current, (Problem?)null, "");
        var (model, route, action) = Find(context, path, table, admitted.Client!, requestId, ref problem, ref detail);
        if (route is null || model is null)
        {
            metrics.Refused(problem!);
            await WriteAsync(context, problem!, detail, requestId);
            return;
        }

        context.Response.Headers[HeaderNames.ModelVersion] = route.VersionText;
        context.Response.Headers[HeaderNames.ModelVariant] = route.Variant;
        var result = ForwardResult.Answered;
        try
        {
            result = await forwarder.ForwardAsync(context, route, action, requestId, model.Deadline);
            if (result != ForwardResult.Answered)
                (problem, detail) = Explain(result, model, route);
        }
        catch (Exception e) when (HasLeft(context, e))
        {
            result = ForwardResult.ClientLeft;
        }
        catch (BadHttpRequestException e)
        {
            (problem, detail) = Explain(e, settings);
        }
        catch (Exception e)
        {
            RouterLog.Failed(logger, requestId, e);
            (problem, detail) = (Problems.Internal, "The router failed at this request; its log says how");
        }

        if (problem is not null && !context.Response.HasStarted)
            await WriteAsync(context, problem, detail, requestId);
        var status = result switch
        {
            ForwardResult.ClientLeft => ClientClosedRequest,
            ForwardResult.CutShort => StatusCodes.Status502BadGateway,
            _ => context.Response.StatusCode,
        };
        metrics.Answered(route.Tags, status, time.GetElapsedTime(began), result == ForwardResult.CutShort ? "cut-short" : problem?.Reason);
    }

    private static Task WriteAsync(HttpContext context, Problem problem, string detail, string requestId) =>
        problem.WriteAsync(context, detail, requestId, problem.Status == StatusCodes.Status503ServiceUnavailable ? RetryAfter : null);

    // Kestrel calls a body that the client's leaving broke off a bad request as well; there is nobody to answer.
    private static bool HasLeft(HttpContext context, Exception e) =>
        e is OperationCanceledException || (e is IOException && (e is not BadHttpRequestException || context.RequestAborted.IsCancellationRequested));

    private static (ModelRoute?, VariantRoute?, ModelAction) Find(HttpContext context, string path, RoutingTable? table, Client client, string requestId, ref Problem? problem, ref string detail)
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

        if (context.Request.QueryString.Value.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            (problem, detail) = (Problems.BadRequest, "The query string holds a character that has to be percent-encoded");
            return default;
        }

        if (context.Request.Headers.TransferEncoding is { Count: > 0 } codings && !(codings.Count == 1 && "chunked".Equals(codings[0], StringComparison.OrdinalIgnoreCase)))
        {
            (problem, detail) = (Problems.BadRequest, $"Transfer-Encoding is '{codings}'; it has to be 'chunked' or absent");
            return default;
        }

        if (!target.Version.IsEmpty)
        {
            var pinned = model.Pin(target.Version);
            if (pinned is null)
                (problem, detail) = (Problems.UnknownVersion, $"There is no version '{target.Version}' of {model.Name}; there are: {string.Join(", ", model.Versions)}");
            return (model, pinned, target.Action);
        }

        return (model, VariantChoice.Of(model, target.Action, context.Request.Headers, client, requestId, ref problem, ref detail), target.Action);
    }

    private static (Problem?, string) Explain(ForwardResult result, ModelRoute model, VariantRoute route) => result switch
    {
        ForwardResult.NoReadyEndpoint => (Problems.NoReadyEndpoint, $"No endpoint of {route.Model} version {route.Version} is ready"),
        ForwardResult.ConnectionLost => (Problems.ConnectionLost, $"The connection to {route.Model} version {route.Version} was lost before its answer came whole"),
        ForwardResult.BadAnswer => (Problems.BadAnswer, $"{route.Model} version {route.Version} gave an answer that is no HTTP/1.1"),
        ForwardResult.Deadline => (Problems.Deadline, $"{route.Model} version {route.Version} gave no answer within {model.Deadline.TotalMilliseconds:0} ms"),
        ForwardResult.BodyLate => (Problems.BodyLate, $"The request's body did not come whole within the {model.Deadline.TotalMilliseconds:0} ms that {route.Model} has for an answer"),
        _ => (null, ""),
    };

    private static (Problem, string) Explain(BadHttpRequestException e, RouterSettings settings) => e.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => (Problems.BodyTooLarge, $"The request's body has more than {settings.MaxRequestBytes} bytes"),
        StatusCodes.Status408RequestTimeout => (Problems.BodyLate, e.Message),
        _ => (Problems.BadRequest, e.Message),
    };
}

internal static partial class RouterLog
{
    [LoggerMessage(20, LogLevel.Error, "Request {RequestId} failed in the router")]
    internal static partial void Failed(ILogger logger, string requestId, Exception exception);
}
