using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;

namespace ModelServing.Rpc;

/// <summary>Answers calls of <c>ModelInfer</c> with the host's own path for the model. The message passes through as it is: it becomes the
/// body of the request, and the body of the answer is the message of the call's answer.</summary>
/// <remarks>
/// <code>
/// 1 head      of the message: its length, and the model's name and version
/// 2 request   with the message as its body, which is read as it arrives
/// 3 answer    as the host writes it; an error becomes a status
/// 4 end       the client must read its answer in time
/// </code>
/// </remarks>
internal sealed class InferCalls(
    OwnPipeline own, MessageLimit most, ByteBudget budget, TimeProvider time, ILogger<InferCalls> logger, CallRefused? refused = null)
{
    private static readonly Problem InvalidCall = new(StatusCodes.Status400BadRequest, "invalid-call", "Invalid call");
    private static readonly Problem Internal = new(StatusCodes.Status500InternalServerError, "internal", "The host failed");


    // How long the beginning of a message may take, if the call has no shorter timeout. The model's deadline counts from then on.
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(10);

    // How long the rest of an answer may take to be read, if the call has no longer timeout.
    private static readonly TimeSpan EndTime = ReadingTime.Least + ReadingTime.RouterFirst;

    internal async Task AnswerAsync(HttpContext call)
    {
        var began = time.GetTimestamp();
        var (request, response) = (call.Request, call.Response);
        TimeSpan? timeout = null;
        var answer = OwnAnswer.ToCall(response);
        try
        {
            // 1
            if (!CallTimeout.TryRead(request.Headers, out timeout))
            {
                throw new CallFaultException(
                    StatusCode.InvalidArgument,
                    $"{CallTimeout.Header} is '{request.Headers[CallTimeout.Header]}'; it must be {CallTimeout.Form}");
            }

            var head = await MessageHead.ReadAsync(call, timeout < HeadTime ? timeout.Value : HeadTime, time);
            if (timeout is { } given)
                timeout = given - time.GetElapsedTime(began);
            // 2
            CallMetadata.Change(request.Headers, head, timeout);
            await own.AnswerAsync(
                call, HttpMethods.Post, head.Path, request.Headers, new MessageBody(request.BodyReader, head.Length, most.Bytes), answer);
            if (call.RequestAborted.IsCancellationRequested)
                return;
            // 3
            if (answer.EndMessage() is not { } isWhole)
                Explain(response, answer);
            else if (isWhole)
                response.AppendTrailer(CallStatus.Name, "0");
            else
                call.Abort();
        }
        catch (CallFaultException e)
        {
            refused?.Invoke(InvalidCall);
            OwnAnswers.Identify(call, time);
            CallStatus.Write(response, e.Status, e.Message, InvalidCall.Reason);
        }
        catch (Exception e) when (CallerLeft.IsShownBy(e, call))
        {
            call.Abort();
            return;
        }
        catch (Exception e)
        {
            RpcLog.Failed(logger, e);
            refused?.Invoke(Internal);
            if (response.HasStarted)
                call.Abort();
            else
                CallStatus.Write(response, StatusCode.Internal, "The host failed at this call; its log has the reason", Internal.Reason);
        }

        // 4
        await EndAsync(call, timeout > EndTime ? timeout.Value : EndTime);
    }

    private static void Explain(HttpResponse response, OwnAnswer answer)
    {
        var status = answer.StatusCode;
        var problem = status < StatusCodes.Status400BadRequest
            ? new AnsweredProblem("bad-answer", "The version's answer is not a message of this protocol")
            : AnsweredProblem.Read(answer.Held, status);
        CallMetadata.RemoveOfBody(response.Headers);
        CallStatus.Write(
            response,
            status < StatusCodes.Status400BadRequest ? StatusCode.Internal : CallStatus.For(status),
            problem.Detail,
            problem.Reason);
    }

    private async Task EndAsync(HttpContext call, TimeSpan limit)
    {
        var ending = call.Response.CompleteAsync();
        if (ending.IsCompletedSuccessfully)
            return;
        try
        {
            await ending.WaitAsync(limit, time, call.RequestAborted);
        }
        catch (TimeoutException)
        {
            budget.CountCutOff();
            call.Abort();
        }
        catch (Exception)
        {
            // The caller has left.
        }
    }
}

internal static partial class RpcLog
{
    [LoggerMessage(60, LogLevel.Error, "A gRPC call failed in the host")]
    internal static partial void Failed(ILogger logger, Exception exception);
}
