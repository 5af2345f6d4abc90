using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Reporting;

namespace ModelServing.Inference;

/// <summary>Answers inference requests, by the Open Inference Protocol.</summary>
internal sealed class InferenceApi(
    InferenceSettings settings,
    ModelDescription description,
    InferenceMetrics metrics,
    RequestMemory memory,
    TimeProvider time,
    ILogger<InferenceApi> logger,
    RequestRecorder? recorder = null)
    : IDisposable
{
    // The header of the protocol's binary extension: the length of the JSON before the tensors' bytes.
    private const string BinaryHeader = "Inference-Header-Content-Length";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly RunGate gate = new(
        settings.Concurrency > 0 ? settings.Concurrency : Environment.ProcessorCount, settings.QueueLimit, metrics, time);
    private readonly AnswerPool answers = new();

    public void Dispose()
    {
        gate.Dispose();
        answers.Dispose();
    }

    internal Task NotFoundAsync(HttpContext context) => Problems.NoSuchPath.WriteAsync(
        context,
        $"There is nothing at {context.Request.Path}; " +
        $"this service has {InferencePaths.Model(settings.Model, settings.Version)}[/ready|/infer]",
        Problems.RequestIdOf(context));

    /// <summary>Answers an inference request.</summary>
    /// <remarks>
    /// <code>
    /// 1 refuse    requests that can't be answered, before reading their body
    /// 2 read      the body into tensors
    /// 3 wait      for a turn at the model
    /// 4 run       the model
    /// 5 write     the answer
    /// </code>
    /// </remarks>
    internal async Task InferAsync(HttpContext context)
    {
        var began = time.GetTimestamp();
        var isNonFinite = false;
        try
        {
            // 1
            if (description.Model is not { } model)
                await description.NotReadyAsync(context);
            else if (gate.IsFull)
                await QueueFullAsync(context);
            else if (FindUnsupported(context.Request) is { } unsupported)
                await Problems.UnsupportedBody.WriteAsync(context, unsupported, Problems.RequestIdOf(context));
            else
                isNonFinite = await AnswerAsync(context, model, began, TimeoutOf(context.Request));
        }
        catch (Exception e) when (!context.Response.HasStarted && Problems.ForMemory(e) is { } problem)
        {
            var retryAfter = e is OverBudgetException ? RetryAfter : (TimeSpan?)null;
            await problem.WriteAsync(context, e.Message, Problems.RequestIdOf(context), retryAfter);
        }
        catch (RequestFaultException e)
        {
            await Problems.InvalidRequest.WriteAsync(context, e.Message, Problems.RequestIdOf(context));
        }
        catch (BadHttpRequestException e)
        {
            var problem = e.StatusCode == StatusCodes.Status413PayloadTooLarge ? Problems.BodyTooLarge : Problems.InvalidRequest;
            var detail = $"{e.Message} The body may have at most {settings.MaxRequestBytes} bytes.";
            await problem.WriteAsync(context, detail, Problems.RequestIdOf(context));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller has disconnected, so there is no one to answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            InferenceLog.Failed(logger, Problems.RequestIdOf(context), e);
            await Problems.Internal.WriteAsync(
                context, "The service failed while it handled this request; see its log", Problems.RequestIdOf(context));
        }

        var status = context.RequestAborted.IsCancellationRequested
            ? StatusCodes.Status499ClientClosedRequest
            : context.Response.StatusCode;
        var elapsed = time.GetElapsedTime(began);
        metrics.Answered(status, elapsed);
        recorder?.Answered(context.Request.Headers, status, isNonFinite, elapsed);
    }

    // Returns whether an output of the answer contains NaN or infinity.
    private async Task<bool> AnswerAsync(HttpContext context, LoadedModel model, long began, TimeSpan? timeout)
    {
        using var bytes = memory.Begin(context.Request);
        using var answerBytes = memory.Begin(context.Request);
        using var request = await memory.ReadAsync(context, model, bytes, Remaining(timeout, began)); // 2
        switch (await gate.EnterAsync(Remaining(timeout, began), context.RequestAborted)) // 3
        {
            case Turn.QueueFull:
                await QueueFullAsync(context);
                return false;
            case Turn.TimedOut:
                var detail = $"The request's {timeout?.TotalMilliseconds:0} ms passed before its turn at the model";
                await Problems.Deadline.WriteAsync(context, detail, Problems.RequestIdOf(context));
                return false;
        }

        using var pooled = answers.Take();
        var answer = pooled.Answer;
        try
        {
            Run(model, request, answer, answerBytes); // 4
        }
        catch (OnnxRuntimeException e) when (RuntimeArena.IsFull(e))
        {
            throw memory.Full(model);
        }
        catch (OnnxRuntimeException e)
        {
            InferenceLog.ModelFailed(logger, Problems.RequestIdOf(context), e.Message);
            var problem = e.Message.Contains("InvalidArgument", StringComparison.Ordinal) ? Problems.InvalidRequest : Problems.ModelFailed;
            await problem.WriteAsync(context, $"The model can't run on these inputs: {e.Message}", Problems.RequestIdOf(context));
            return false;
        }
        finally
        {
            gate.Leave();
        }

        // 5
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Body.Length;
        if (answer.IsNonFinite)
            context.Response.Headers[HeaderNames.ModelOutcome] = HeaderNames.NonFinite;
        var isNonFinite = answer.IsNonFinite;
        await memory.SendAsync(context, request, bytes, answer, Remaining(timeout, began));
        return isNonFinite;
    }

    private void Run(LoadedModel model, InferRequest request, InferAnswer answer, ByteReservation bytes)
    {
        var began = time.GetTimestamp();
        using var call = memory.Call();
        using var outputs = model.Run(request);
        metrics.ModelRan(time.GetElapsedTime(began));
        memory.Write(model, request, outputs, answer, bytes);
    }

    // Null if the caller does not limit its wait.
    private static TimeSpan? TimeoutOf(HttpRequest request)
    {
        if (request.Headers[HeaderNames.RequestTimeout] is not { Count: > 0 } values)
            return null;
        return values.Count == 1 && RequestTimeout.TryParse(values[0], out var timeout)
            ? timeout
            : throw new RequestFaultException(HeaderNames.RequestTimeout, $"it is '{values}'; it must be {RequestTimeout.Form}");
    }

    private TimeSpan? Remaining(TimeSpan? timeout, long began) =>
        timeout - time.GetElapsedTime(began) is { } remaining ? remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero : null;

    private static string? FindUnsupported(HttpRequest request)
    {
        if (request.Headers.ContainsKey(BinaryHeader))
            return $"{BinaryHeader}: this version does not support binary tensor data; send the tensors as JSON";
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
            return $"Content-Encoding: '{encoding}' is not supported; send the JSON without an encoding";
        return null;
    }

    private Task QueueFullAsync(HttpContext context) => Problems.QueueFull.WriteAsync(
        context,
        $"{settings.QueueLimit} requests are already waiting for {settings.Model} version {settings.Version}",
        Problems.RequestIdOf(context),
        RetryAfter);
}

internal static partial class InferenceLog
{
    [LoggerMessage(40, LogLevel.Error, "Request {RequestId} failed in the service")]
    internal static partial void Failed(ILogger logger, string? requestId, Exception exception);

    [LoggerMessage(41, LogLevel.Warning, "Request {RequestId}: the model failed: {Why}")]
    internal static partial void ModelFailed(ILogger logger, string? requestId, string why);
}
