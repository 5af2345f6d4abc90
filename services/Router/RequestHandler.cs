using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Clients;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Observing;
using ModelServing.Router.Routing;

namespace ModelServing.Router;

/// <summary>The way of a request: who sends it, what it asks for, which variant answers, forward, count.</summary>
internal sealed class RequestHandler
{
    // What "try again" means where a version is starting or was just lost.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly RouterSettings settings;
    private readonly Admission admission;
    private readonly RoutingTableHolder holder;
    private readonly RouterMetrics metrics;
    private readonly TimeProvider time;
    private readonly ILogger<RequestHandler> logger;
    private readonly Forwarder forwarder;
    private readonly Failover failover;

    /// <summary>Makes the handler. Without an observer first attempts are counted and go nowhere else.</summary>
    public RequestHandler(RouterSettings settings, Admission admission, RoutingTableHolder holder, RouterMetrics metrics, TimeProvider time, ILogger<RequestHandler> logger, IAttemptObserver? observer = null)
    {
        this.settings = settings;
        this.admission = admission;
        this.holder = holder;
        this.metrics = metrics;
        this.time = time;
        this.logger = logger;
        forwarder = new(new AttemptReport(metrics, time, observer), metrics, time);
        failover = new(forwarder, metrics, time);
    }

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

        if (!RequestRouting.TryFind(context, path, holder.Current, admitted.Client!, requestId, out var request, out var problem, out var detail))
        {
            metrics.Refused(problem);
            await WriteAsync(context, problem, detail, requestId);
            return;
        }

        var route = request.Route;
        context.Response.Headers[HeaderNames.ModelVersion] = route.VersionText;
        context.Response.Headers[HeaderNames.ModelVariant] = route.Variant;
        var result = new AttemptResult(ForwardResult.Answered);
        TimeSpan patience;
        try
        {
            var attempt = AttemptOf(request, requestId, began);
            // Not the attempt itself: what outlives an await is allocated.
            patience = attempt.Time;
            if (request.IsAssigned && !route.IsStable)
            {
                (result, route) = await failover.ForwardAsync(context, attempt);
            }
            else
            {
                result = await forwarder.ForwardAsync(context, attempt, default);
            }

            if (result.Result == ForwardResult.NoReadyEndpoint && route.Variant != VariantPlan.Pinned && request.Model.Served.Rollout.Refused is { } condemned)
                (problem, detail) = Problems.CondemnedWithoutHeir(request.Model.Stable, condemned.Version);
            else if (result.Result != ForwardResult.Answered)
                (problem, detail) = Problems.Explain(result.Result, route, patience);
        }
        catch (Exception e) when (HasLeft(context, e))
        {
            result = new(ForwardResult.ClientLeft);
        }
        catch (BadHttpRequestException e)
        {
            (problem, detail) = Problems.Explain(e, settings);
        }
        catch (Exception e)
        {
            RouterLog.Failed(logger, requestId, e);
            (problem, detail) = (Problems.Internal, "The router failed at this request; its log says how");
        }

        if (problem is not null && !context.Response.HasStarted)
            await WriteAsync(context, problem, detail, requestId);
        var status = result.Result switch
        {
            // For the metrics; the client is gone and sees no answer.
            ForwardResult.ClientLeft => StatusCodes.Status499ClientClosedRequest,
            ForwardResult.CutShort => StatusCodes.Status502BadGateway,
            _ => context.Response.StatusCode,
        };
        metrics.Answered(route.Tags, status, time.GetElapsedTime(began), result.Result == ForwardResult.CutShort ? "cut-short" : problem?.Reason);
    }

    private Attempt AttemptOf(in RoutedRequest request, string requestId, long began)
    {
        var model = request.Model;
        var isShortened = request.Timeout < model.Deadline;
        var patience = isShortened ? request.Timeout!.Value : model.Deadline;
        var limit = TimeSpan.Zero;
        if (request.IsAssigned && model.AttemptLimit is { } attemptLimit)
        {
            model.Budget.Add(request.Route.IsStable);
            // Half of what the caller gives is left for the other variant; the same for both, so that they stay comparable.
            limit = isShortened && patience / 2 < attemptLimit ? patience / 2 : attemptLimit;
        }

        return new Attempt
        {
            Model = model,
            Route = request.Route,
            Action = request.Action,
            RequestId = requestId,
            Time = patience,
            IsShortened = isShortened,
            Deadline = began + TicksOf(patience),
            Limit = TicksOf(limit),
            KeyHash = request.KeyHash,
            IsReported = limit > TimeSpan.Zero,
        };
    }

    private long TicksOf(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private static Task WriteAsync(HttpContext context, Problem problem, string detail, string requestId) =>
        problem.WriteAsync(context, detail, requestId, problem.Status == StatusCodes.Status503ServiceUnavailable ? RetryAfter : null);

    // Kestrel calls a body that the client's leaving broke off a bad request as well; there is nobody to answer.
    private static bool HasLeft(HttpContext context, Exception e) =>
        e is OperationCanceledException || (e is IOException && (e is not BadHttpRequestException || context.RequestAborted.IsCancellationRequested));
}

internal static partial class RouterLog
{
    [LoggerMessage(20, LogLevel.Error, "Request {RequestId} failed in the router")]
    internal static partial void Failed(ILogger logger, string requestId, Exception exception);
}
