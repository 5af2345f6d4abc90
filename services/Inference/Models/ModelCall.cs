using System.Threading.Tasks.Sources;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Recording;
using ModelServing.Predictions.Records;
using ModelServing.Runtime;

namespace ModelServing.Inference.Models;

/// <summary>
/// One call of the model for a request that has its turn. It runs on a thread of the pool, so its caller can be answered at the deadline
/// even if the runtime can't be stopped. In the usual case it is the caller's own thread, which takes the call up as soon as it waits.
/// </summary>
/// <remarks>The call owns the request, the answer and the turn until it ends. Only with <see cref="CallEnd.Answered"/> is the answer the
/// caller's again.</remarks>
internal sealed class ModelCall(
    ModelCalls calls,
    LoadedModel model,
    InferRequest request,
    InferAnswer answer,
    CallerGroup group,
    long deadline,
    CancellationToken caller)
    : WatchedRun(deadline, caller), IThreadPoolWorkItem, IValueTaskSource<CallResult>
{
    private ManualResetValueTaskSourceCore<CallResult> completion;
    private int isClaimed;
    private bool hasClaimed;

    internal required AnswerTimes Times { get; init; }

    /// <summary>Gets the prediction's record; null for none.</summary>
    internal RecordedAttempt? Attempt { get; init; }

    /// <summary>Starts the call. The task ends with the call, or at the deadline.</summary>
    internal ValueTask<CallResult> StartAsync()
    {
        calls.Watch.Add(this);
        var result = new ValueTask<CallResult>(this, completion.Version);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return result;
    }

    void IThreadPoolWorkItem.Execute()
    {
        var result = new CallResult(CallEnd.OutOfTime);
        Exception? failure = null;
        try
        {
            if (calls.Watch.TryStart(this) && model.TryUse())
                result = Run();
        }
        catch (Exception e)
        {
            failure = e;
        }

        if (Attempt is not null && (failure is not null || result.End == CallEnd.OutOfTime))
            result = RecordFailure(Attempt, result, failure);
        request.Dispose();
        calls.Gate.Leave(group);
        calls.Watch.Remove(this);
        var isAwaited = Claim();
        if (!isAwaited || result.End != CallEnd.Answered)
            answer.Dispose();
        if (isAwaited && failure is null)
            completion.SetResult(result); // The caller continues on this thread, which is free now.
        else if (isAwaited)
            completion.SetException(failure!);
    }

    internal override void Lose() => calls.Gate.Lose(group);

    internal override void Regain() => calls.Gate.Regain(group);

    internal override void Abandon()
    {
        if (Interlocked.Exchange(ref isClaimed, 1) != 0)
            return;
        // The watch's thread has other runs to end.
        completion.RunContinuationsAsynchronously = true;
        completion.SetResult(new CallResult(CallEnd.OutOfTime));
    }

    CallResult IValueTaskSource<CallResult>.GetResult(short token) => completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<CallResult>.GetStatus(short token) => completion.GetStatus(token);

    void IValueTaskSource<CallResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        completion.OnCompleted(continuation, state, token, flags);

    private CallResult Run()
    {
        try
        {
            var began = calls.Time.GetTimestamp();
            Times.Runs(began);
            using var outputs = model.Run(request, Options);
            var ended = calls.Time.GetTimestamp();
            calls.Metrics.ModelRan(calls.Time.GetElapsedTime(began, ended));
            Times.HasRun(ended);
            calls.Watch.Done(this);
            var tensors = RuntimeTensor.OfOutputs(outputs);
            answer.Write(model, request, tensors);
            // Only what the caller gets is a prediction.
            return Attempt is null || !Claim() || calls.Recorder!.Answered(Attempt, model, request, tensors, answer)
                ? new CallResult(CallEnd.Answered)
                : new CallResult(CallEnd.NotRecorded);
        }
        catch (OnnxRuntimeException e) when (!IsEnding && RuntimeArena.IsFull(e) && !model.IsOnlyUserOfMemory)
        {
            throw model.OverBudget();
        }
        catch (OnnxRuntimeException e)
        {
            return IsEnding ? new CallResult(CallEnd.OutOfTime) : Explain(e);
        }
        finally
        {
            var bytes = (request.Bytes?.Bytes ?? 0) + answer.TensorBytes + answer.Body.Length;
            if (bytes > ByteBudget.SmallRequest)
                model.Used(bytes);
            model.Release();
        }
    }

    // The runtime's error code does not tell whose fault it is: a node fails in the same way for a length and for an element, and both can
    // ask for too much memory. So the model runs again, on zeros of the same shapes. If it fails again, the shapes are the reason.
    private CallResult Explain(OnnxRuntimeException failure)
    {
        var isMemory = RuntimeArena.IsFull(failure);
        var failed = isMemory ? new CallResult(CallEnd.OutOfMemory, model.MemoryText) : new CallResult(CallEnd.Failed, failure.Message);
        var record = Attempt is null
            ? null
            : calls.Recorder!.WriteFailure(Attempt, isMemory ? Problems.ModelMemory : Problems.ModelFailed, model, request);
        if (!model.RunsOnZeros)
            return Failed(failed, record);
        var refused = isMemory
            ? new CallResult(CallEnd.MemoryRefused, model.MemoryText)
            : new CallResult(CallEnd.ShapesRefused, request.ShapesText(model.RequestInputs));
        request.Clear(model.RequestInputs);
        try
        {
            model.Run(request, Options).Dispose();
            return Failed(failed, record);
        }
        catch (OnnxRuntimeException e)
        {
            return IsEnding ? new CallResult(CallEnd.OutOfTime)
                : RuntimeArena.IsFull(e) == isMemory ? refused
                : Failed(failed, record);
        }
    }

    private CallResult Failed(CallResult failed, RecordWriter? record)
    {
        if (record is not null && Claim())
            calls.Recorder!.Append(record);
        return failed;
    }

    // What is not the version's failure has no record: the caller left, it asked for too much, or too many calls use the memory.
    private CallResult RecordFailure(RecordedAttempt attempt, CallResult result, Exception? failure)
    {
        var problem = failure switch
        {
            null => IsLate(calls.Time.GetTimestamp()) ? Problems.Deadline : null,
            OverBudgetException or AnswerTooLargeException or RequestFaultException => null,
            _ => Problems.Internal,
        };
        if (problem is null || !Claim())
            return result;
        calls.Recorder!.Failed(attempt, problem, model, request);
        return result with { IsRecorded = true };
    }

    // Whoever claims the call gives the caller the result: the call itself, or the watch.
    private bool Claim() => hasClaimed || (hasClaimed = Interlocked.Exchange(ref isClaimed, 1) == 0);
}
