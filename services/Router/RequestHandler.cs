using Microsoft.AspNetCore.Http;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Contracts.Splitting;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Predictions.Records;
using ModelServing.Router.Errors;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Metrics;
using ModelServing.Router.Recording;
using ModelServing.Router.Routing;
using ModelServing.Router.Splitting;

namespace ModelServing.Router;

/// <summary>The steps of a request: admit its client, find the variant, forward it, answer or explain, count.</summary>
internal sealed class RequestHandler
{
    // For a version that is starting or was just lost.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly RouterSettings settings;
    private readonly Admission admission;
    private readonly RoutingTableHolder holder;
    private readonly AnsweredRequests answered;
    private readonly TimeProvider time;
    private readonly SecondTry secondTry;
    private readonly Failover failover;
    private readonly KeyedHash? recordedKey;

    /// <summary>Creates the handler. The observer is called with each attempt that ended.</summary>
    public RequestHandler(
        RouterSettings settings,
        Admission admission,
        RoutingTableHolder holder,
        RouterMetrics metrics,
        AnsweredRequests answered,
        TimeProvider time,
        AttemptObserver? observer = null)
    {
        this.settings = settings;
        this.admission = admission;
        this.holder = holder;
        this.answered = answered;
        this.time = time;
        recordedKey = KeyedHash.Create(settings.Predictions?.HashKey);
        var forwarder = new Forwarder(observer, metrics, time);
        secondTry = new(forwarder, metrics, time);
        failover = new(forwarder, secondTry, forwarder.Comparison, metrics, time);
    }

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="path">The path as Kestrel has decoded it.</param>
    /// <param name="split">What the function TrafficSplitter says about a request that it has assigned; null for a client's own.</param>
    internal async Task HandleAsync(HttpContext context, string path, SplitCall? split = null)
    {
        var began = time.GetTimestamp();
        var id = split?.RequestId ?? Ulid.NewUlid(time.GetUtcNow());
        var requestId = id.ToString();
        var isSampled = answered.IsSampled(id);
        context.Response.Headers[HeaderNames.RequestId] = requestId;
        // The client of a retry was admitted with the first attempt.
        var admitted = split is { IsRetry: true } ? default : await admission.AdmitAsync(context);
        if (admitted.Problem is { } refusal)
        {
            if (split is not null)
                context.Response.Headers[SplitHeaders.Result] = SplitResults.Refused;
            answered.Refused(context, requestId, began, refusal);
            await refusal.WriteAsync(context, admitted.Detail, requestId, admitted.RetryAfter);
            return;
        }

        var found = split is null
            ? RequestRouting.Find(context, path, holder.Current, admitted.Client!, requestId)
            : SplitRouting.Find(context, path, holder.Current, admitted.Client, split);
        if (split is { Failed: { } failed } && found.Problem is null && !failover.Take(found.Request.Model, failed))
            found = RouteResult.Refused(SplitProblems.NoRetryBudget, "The budget of retries is empty");
        if (found.Problem is { } notFound)
        {
            if (split is not null)
                SplitPort.Describe(context, notFound);
            answered.Refused(context, requestId, began, notFound);
            await WriteAsync(context, notFound, found.Detail, requestId);
            return;
        }

        var request = found.Request;
        var route = request.Route;
        context.Response.Headers[HeaderNames.ModelVersion] = route.VersionText;
        context.Response.Headers[HeaderNames.ModelVariant] = route.Variant;
        if (split is not null)
            SplitPort.Describe(context, request.ClientHash, request.Model.LimitOf(request.Timeout ?? request.Model.Timeout));
        var result = new AttemptResult(ForwardResult.Answered);
        Problem? problem = null;
        var detail = "";
        try
        {
            var attempt = AttemptFor(request, requestId, began, isSampled, AnsweredRequests.TraceOf(context.Request), split);
            if (request.IsAssigned && !route.IsStable)
                (result, route) = await failover.ForwardAsync(context, attempt);
            else
                result = await secondTry.ForwardAsync(context, attempt, default);

            if (result.Result == ForwardResult.NoReadyEndpoint && route.Variant != VariantPlan.Pinned &&
                request.Model.Effective.Refused is { } condemned)
                (problem, detail) = ForwardProblem.ExplainCondemned(request.Model.Stable, condemned.Version);
            else if (result.Result != ForwardResult.Answered)
                (problem, detail) = ForwardProblem.Explain(result.Result, route, attempt.Timeout);
        }
        catch (Exception e) when (CallerLeft.IsShownBy(e, context))
        {
            CallerLeft.End(context);
            result = new(ForwardResult.ClientLeft);
        }
        catch (OverBudgetException e)
        {
            context.Features.Get<ByteBudget>()?.CountRefusal();
            (problem, detail) = (ByteBudget.Exceeded, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            (problem, detail) = ForwardProblem.Explain(e, settings);
        }
        catch (IOException)
        {
            (problem, detail) = (Problems.BadRequest, CallerLeft.BrokenBody);
        }
        catch (Exception e)
        {
            answered.Failed(requestId, e);
            (problem, detail) = (Problems.Internal, "The router failed to handle this request; its log has the reason");
        }

        if (split is not null && problem is not null && !context.Response.HasStarted)
            SplitPort.Describe(context, result);
        if (problem is not null && !context.Response.HasStarted && result.Times is { Attempt: > 0 } times)
            context.Response.Headers[HeaderNames.ServerTiming] = times.ToServerTiming(time);
        if (problem is not null && !context.Response.HasStarted && result.IsBusy)
            context.Response.Headers[HeaderNames.ModelOutcome] = HeaderNames.Busy;
        if (problem is not null && !context.Response.HasStarted)
            await WriteAsync(context, problem, detail, requestId);
        answered.Answered(context, route, requestId, began, result, problem?.Reason);
    }

    private Attempt AttemptFor(
        in RoutedRequest request, string requestId, long began, bool isSampled, string? trace, SplitCall? split)
    {
        var model = request.Model;
        var isShortened = request.Timeout < model.Timeout;
        var timeout = isShortened ? request.Timeout!.Value : model.Timeout;
        // The function sends the time that is left for a retry. That it is less than the model's need not be the caller's doing.
        if (split is { IsRetry: true })
            isShortened = split.IsShortened;
        var limit = TimeSpan.Zero;
        if (request.IsAssigned && model.AttemptLimit is not null)
        {
            model.Budget.Add(request.Route.IsStable);
            limit = model.LimitOf(timeout);
        }

        return new Attempt
        {
            Model = model,
            Route = request.Route,
            Action = request.Action,
            RequestId = requestId,
            Began = began,
            Timeout = timeout,
            IsShortened = isShortened,
            Deadline = began + TicksOf(timeout),
            Limit = TicksOf(limit),
            KeyHash = request.KeyHash,
            RoutingKey = request.Key is { } key ? recordedKey?.ToHex(key) : null,
            TraceParent = trace,
            IsSampled = isSampled,
            ClientHash = request.ClientHash,
            IsReported = limit > TimeSpan.Zero,
            IsSplit = split is not null,
            Failed = split?.Failed,
            FailedWithin = split?.FailedWithin ?? default,
        };
    }

    private long TicksOf(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private static Task WriteAsync(HttpContext context, Problem problem, string detail, string requestId) =>
        problem.WriteAsync(context, detail, requestId, problem.Status == StatusCodes.Status503ServiceUnavailable ? RetryAfter : null);
}
