using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Inference.Batching;
using ModelServing.Inference.Features;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Recording;
using ModelServing.Runtime;

namespace ModelServing.Inference;

/// <summary>Answers inference requests, by the Open Inference Protocol.</summary>
internal sealed class InferenceApi(
    VersionSettings settings,
    ModelDemand demand,
    ModelDescription description,
    RequestMemory memory,
    ModelCalls calls,
    RequestFailures failures,
    RequestTally tally)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly TimeProvider time = calls.Time;

    /// <summary>Answers an inference request.</summary>
    /// <remarks>
    /// <code>
    /// 1 refuse    requests that can't be answered, before reading their body
    /// 2 read      the body into tensors
    /// 3 resolve   the features, for a model that uses some
    /// 4 wait      for a turn at the model, which requests may share
    /// 5 run       the model, until the request's time is over or its caller leaves
    /// 6 write     the answer
    /// </code>
    /// </remarks>
    internal async Task InferAsync(HttpContext context)
    {
        var times = new AnswerTimes(time.GetTimestamp(), time);
        calls.Began(times.Began);
        var requestTime = new RequestTime(times.Began, settings.Host.RequestTimeout, IsShortened: false);
        var isNonFinite = false;
        var hasLeft = false;
        try
        {
            requestTime = RequestTime.Read(context.Request, requestTime.Began, settings.Host.RequestTimeout);
            var caller = CallerGroup.Read(context.Request.Headers);
            // 1
            var model = demand.Model ?? await demand.OpenAsync(requestTime.Deadline(time), context.RequestAborted);
            if (model is null || calls.Gate.IsLost(caller))
                await description.NotReadyAsync(context);
            else if (calls.Gate.Refuses(caller, requestTime.Deadline(time)) is { } why)
                await RefuseAsync(context, why, caller, requestTime);
            else if (calls.Recorder?.IsRefusing == true)
                await LogFullAsync(context);
            else if (UnsupportedBody.FindIn(context, isInference: true) is { } unsupported)
                await UnsupportedBody.Problem.WriteAsync(context, unsupported, Problems.RequestIdOf(context));
            else
                isNonFinite = await AnswerAsync(context, model, caller, requestTime, times);
        }
        catch (Exception e)
        {
            if (!context.Response.HasStarted)
                context.Response.Headers[HeaderNames.ServerTiming] = times.ToServerTiming();
            hasLeft = !await failures.TryAnswerAsync(context, e);
        }

        calls.Ended();
        tally.Answered(context, hasLeft, isNonFinite, requestTime, times);
    }

    // Returns whether the answer contains NaN or infinity, and the request does not.
    private async Task<bool> AnswerAsync(
        HttpContext context, LoadedModel model, CallerGroup caller, RequestTime requestTime, AnswerTimes times)
    {
        var attempt = calls.Recorder is null ? null : new RecordedAttempt(context, times, time);
        var request = await memory.ReadAsync(context, model, caller, requestTime); // 2
        times.HasRead(request.BodyEnd);
        requestTime = requestTime.Within(request.Timeout, time);
        var rows = request.RowsOf(model.RequestInputs);
        if (model.Features is { } plan)
            await ResolveAsync(context, plan, request, times); // 3
        // As in the metrics, what no rollout assigned is left out.
        if (!caller.IsPinned && model.Served is { } served && context.Request.Headers.ContainsKey(HeaderNames.ModelVariant))
            served.Add(request);
        var call = new ModelCall(calls, model, request, caller, requestTime.Deadline(time), context.RequestAborted)
        {
            Times = times,
            Attempt = attempt,
        };
        var result = await call.StartAsync(); // 4, 5
        if (result.Answer is not { } answer)
        {
            context.Response.Headers[HeaderNames.ServerTiming] = times.ToServerTiming();
            if (result.End == CallEnd.NoTurn
                || (result.End == CallEnd.OutOfTime && LateAnswer.IsOfOthers(times.Work, requestTime.Limit)))
                context.Response.Headers[HeaderNames.ModelOutcome] = HeaderNames.Busy;
            await ExplainAsync(context, result, requestTime, call);
            return false;
        }

        if (attempt is not null && !await calls.Recorder!.OnDiskAsync())
        {
            calls.ReturnAnswer(answer);
            await LogFullAsync(context);
            return false;
        }

        // 6
        var body = memory.Prepare(context, answer, caller);
        times.HasEncoded();
        context.Response.Headers[HeaderNames.ServerTiming] = times.ToServerTiming();
        if (answer.IsNonFinite)
            context.Response.Headers[HeaderNames.ModelOutcome] = HeaderNames.NonFinite;
        var isNonFinite = answer.IsNonFinite;
        calls.Metrics.Statistics.Answered(time.GetUtcNow(), rows, times);
        try
        {
            await memory.SendAsync(context, body, requestTime);
        }
        finally
        {
            if (body != answer.Body)
                body.Dispose();
            calls.ReturnAnswer(answer);
        }

        return isNonFinite;
    }

    private async ValueTask ResolveAsync(HttpContext context, FeaturePlan plan, InferRequest request, AnswerTimes times)
    {
        try
        {
            await calls.Features!.ResolveAsync(plan, request, context.RequestAborted);
        }
        catch
        {
            request.Dispose();
            throw;
        }

        times.HasResolved();
        if (request.Features!.Defaults() is { } defaults)
            context.Response.Headers[HeaderNames.FeatureDefaults] = defaults;
    }

    private Task ExplainAsync(HttpContext context, CallResult result, RequestTime requestTime, ModelCall call)
    {
        var requestId = Problems.RequestIdOf(context);
        switch (result.End)
        {
            case CallEnd.QueueFull or CallEnd.QueueTooLong:
                call.Request.Dispose();
                var why = result.End == CallEnd.QueueFull ? Turn.QueueFull : Turn.QueueTooLong;
                return RefuseAsync(context, why, call.Caller, requestTime);
            case CallEnd.NoTurn:
                return TimedOutAsync(context, requestTime, call);
            case CallEnd.ShapesRefused:
                return Problems.InvalidRequest.WriteAsync(
                    context,
                    $"inputs: the model can't run with these lengths, whatever the data are: {result.Why}",
                    requestId);
            case CallEnd.MemoryRefused:
                return Problems.RequestMemory.WriteAsync(context, result.Why!, requestId);
            case CallEnd.OutOfMemory:
                failures.Log(requestId, result.Why);
                return Problems.ModelMemory.WriteAsync(context, result.Why!, requestId);
            case CallEnd.Failed:
                failures.Log(requestId, result.Why);
                var node = RuntimeMessage.NodeIn(result.Why!) is { } found ? $" in its node {found}" : "";
                return Problems.ModelFailed.WriteAsync(
                    context, $"The model failed on these inputs{node}; the service's log has the reason", requestId);
            case CallEnd.NotRecorded:
                return LogFullAsync(context);
            default:
                if (call.Attempt is { } attempt && !result.IsRecorded && requestTime.IsOver(time))
                    calls.Recorder!.Failed(attempt, Problems.Deadline);
                return context.RequestAborted.IsCancellationRequested && !requestTime.IsOver(time)
                    ? throw new OperationCanceledException(context.RequestAborted)
                    : DeadlineAsync(context, requestTime, "passed before the model had its answer");
        }
    }

    private async Task TimedOutAsync(HttpContext context, RequestTime requestTime, ModelCall call)
    {
        var isOver = requestTime.IsOver(time);
        if (call.Attempt is { } attempt && isOver)
            calls.Recorder!.Failed(attempt, Problems.Deadline, demand.Model, call.Request);
        call.Request.Dispose();
        if (!isOver)
            context.RequestAborted.ThrowIfCancellationRequested();
        await DeadlineAsync(context, requestTime, "passed before its turn at the model");
    }

    private static Task DeadlineAsync(HttpContext context, RequestTime requestTime, string passed)
    {
        // The router has not seen this time, so it does not know who shortened it. Stable may have the answer in time, but that is no
        // evidence against this version.
        if (requestTime.IsOfParameters)
            context.Response.Headers[HeaderNames.ModelOutcome] = HeaderNames.Busy;
        return Problems.Deadline.WriteAsync(
            context,
            $"The request's {requestTime.Limit.TotalMilliseconds:0} ms " +
            $"{(requestTime.IsShortened ? "(shortened by its caller) " : "")}{passed}",
            Problems.RequestIdOf(context));
    }

    private static Task LogFullAsync(HttpContext context) => BusyAsync(
        context, Problems.LogFull, "The log of predictions has no room, and this platform answers only what it can log; retry later");

    private static Task BusyAsync(HttpContext context, Problem problem, string detail)
    {
        context.Response.Headers[HeaderNames.ModelOutcome] = HeaderNames.Busy;
        return problem.WriteAsync(context, detail, Problems.RequestIdOf(context), RetryAfter);
    }

    private Task RefuseAsync(HttpContext context, Turn why, CallerGroup caller, RequestTime requestTime) => why == Turn.QueueFull
        ? BusyAsync(
            context,
            Problems.QueueFull,
            $"{settings.Host.QueueLimit / (caller.IsPinned ? 2 : 1)} {(caller.IsPinned ? "pinned " : "")}requests are already waiting " +
            $"for {settings}")
        : BusyAsync(
            context,
            Problems.QueueTooLong,
            $"Behind the requests that wait for {settings}, this one would not be answered within the " +
            $"{requestTime.Remaining(time).TotalMilliseconds:0} ms that it has left");
}

internal static partial class InferenceLog
{
    [LoggerMessage(40, LogLevel.Error, "Request {RequestId} failed in the service")]
    internal static partial void Failed(ILogger logger, string? requestId, Exception exception);

    [LoggerMessage(41, LogLevel.Warning, "Request {RequestId}: the model failed: {Why}")]
    internal static partial void ModelFailed(ILogger logger, string? requestId, string? why);
}
