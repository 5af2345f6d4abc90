using System.Threading.Tasks.Sources;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Batching;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Recording;
using ModelServing.Predictions.Records;
using ModelServing.Runtime;

namespace ModelServing.Inference.Models;

/// <summary>
/// The call of the model for one request: it waits for a turn, and gets its answer from a <see cref="ModelRun"/>, alone or together with
/// other calls. Its caller is answered at the deadline even if the runtime can't be stopped.
/// </summary>
/// <remarks>The call owns the request until it ends, unless it gets no turn. Then the request is the caller's again.</remarks>
internal sealed class ModelCall : QueuedCall, IValueTaskSource<CallResult>
{
    private readonly ModelCalls calls;
    private readonly LoadedModel model;
    private readonly InferRequest request;
    private ManualResetValueTaskSourceCore<CallResult> completion;
    private int isClaimed;
    private bool hasClaimed;
    private bool hasRunBefore;
    private InferAnswer? answer;
    private CallResult result = new(CallEnd.OutOfTime);
    private Exception? failure;

    internal ModelCall(
        ModelCalls calls, LoadedModel model, InferRequest request, CallerGroup caller, long deadline, CancellationToken left)
        : base(caller, deadline, left)
    {
        this.calls = calls;
        this.model = model;
        this.request = request;
        Tensors = model.TensorsOf(request);
        if (model.Batching.MostRows == 0)
            return;
        Rows = (int)Math.Min(int.MaxValue, Tensors[0].Shape[0]);
        var bytes = TensorCost.Measure(model.Inputs, Tensors, 0);
        MostRows = model.Batching.MostRowsWith(Tensors, bytes);
        MostCalls = calls.MostTogether;
        // A batch copies the tensors.
        if (MostRows > 0 && request.Bytes?.TryTake(bytes) == false)
            MostRows = 0;
    }

    internal required AnswerTimes Times { get; init; }

    /// <summary>Gets the prediction's record; null for none.</summary>
    internal RecordedAttempt? Attempt { get; init; }

    internal InferRequest Request => request;

    /// <summary>A tensor for each of the model's inputs.</summary>
    internal RuntimeTensor[] Tensors { get; }

    /// <summary>Whether it must run again, alone.</summary>
    internal bool RunsAgain
    {
        get;
        set
        {
            field = value;
            hasRunBefore |= value;
            // The forecast was made for one run.
            if (value)
                (MostRows, Forecast) = (0, default);
        }
    }

    /// <summary>Starts the call. The task ends with the call, or at the deadline.</summary>
    internal ValueTask<CallResult> StartAsync()
    {
        var started = new ValueTask<CallResult>(this, completion.Version);
        calls.Gate.Enter(this);
        return started;
    }

    internal override bool Fits(QueuedCall lead) =>
        lead is ModelCall other
        && request.Outputs.AsSpan().SequenceEqual(other.request.Outputs)
        && BatchRule.AreAlike(Tensors, other.Tensors);

    internal override void Begin(Batch batch)
    {
        RunsAgain = false;
        new ModelRun(calls, model, batch).Queue();
    }

    internal override void Refuse(Turn why)
    {
        if (!Claim())
        {
            request.Dispose();
            return;
        }

        completion.RunContinuationsAsynchronously = true;
        completion.SetResult(new CallResult(why switch
        {
            Turn.QueueFull => CallEnd.QueueFull,
            Turn.QueueTooLong => CallEnd.QueueTooLong,
            _ => CallEnd.NoTurn,
        }));
    }

    /// <summary>Runs the model for this call only. The result is there when it returns.</summary>
    internal void RunAlone(ModelRun run)
    {
        try
        {
            result = Run(run);
        }
        catch (Exception e)
        {
            failure = e;
        }
        finally
        {
            var bytes = (request.Bytes?.Bytes ?? 0) + (answer?.Size ?? 0);
            if (bytes > ByteBudget.SmallRequest)
                model.Used(bytes);
        }

        if (hasRunBefore && result.End != CallEnd.Answered)
            calls.Gate.Spoils(Caller);
    }

    /// <summary>Writes the answer from its rows of a batch's outputs. Returns the bytes that it takes.</summary>
    internal long Write(RuntimeTensor[] outputs)
    {
        if (Volatile.Read(ref isClaimed) != 0)
            return 0;
        try
        {
            result = Answer(outputs);
        }
        catch (Exception e)
        {
            failure = e;
        }

        return answer?.Size ?? 0;
    }

    /// <summary>The run has ended, and the request's memory is free.</summary>
    internal void End(ModelRun run)
    {
        if (failure is null && result.End == CallEnd.OutOfTime && Volatile.Read(ref isClaimed) == 0)
            Times.Work = run.WorkFor(this);
        if (Attempt is not null && (failure is not null || result.End == CallEnd.OutOfTime))
            result = RecordFailure(Attempt);
        request.Dispose();
    }

    /// <summary>Gives the caller the result, unless it has one.</summary>
    /// <param name="continuesHere">Whether the caller continues on this thread.</param>
    internal void Complete(bool continuesHere)
    {
        var isAwaited = Claim();
        if (isAwaited && failure is null && result.End == CallEnd.Answered)
            result = result with { Answer = answer };
        else if (answer is not null)
            calls.ReturnAnswer(answer);
        if (!isAwaited)
            return;
        completion.RunContinuationsAsynchronously = !continuesHere;
        if (failure is null)
            completion.SetResult(result);
        else
            completion.SetException(failure);
    }

    /// <summary>Gives the caller its result without waiting for the run.</summary>
    /// <param name="work">The processor time that was spent for it.</param>
    internal void Abandon(TimeSpan? work)
    {
        if (Interlocked.Exchange(ref isClaimed, 1) != 0)
            return;
        Times.Work = work;
        // The watch's thread has other runs to end.
        completion.RunContinuationsAsynchronously = true;
        completion.SetResult(new CallResult(CallEnd.OutOfTime));
    }

    CallResult IValueTaskSource<CallResult>.GetResult(short token) => completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<CallResult>.GetStatus(short token) => completion.GetStatus(token);

    void IValueTaskSource<CallResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        completion.OnCompleted(continuation, state, token, flags);

    private CallResult Run(ModelRun run)
    {
        try
        {
            var began = calls.Time.GetTimestamp();
            Times.Runs(began);
            using var outputs = model.Run(request, run.Options);
            var ended = calls.Time.GetTimestamp();
            calls.Ran(calls.Time.GetElapsedTime(began, ended), Rows);
            Times.HasRun(ended);
            calls.Watch.Done(run);
            var answered = Answer(RuntimeTensor.OfOutputs(outputs));
            Times.Work = calls.Threads.Since(run.UsedBefore, calls.Time.GetElapsedTime(began));
            return answered;
        }
        catch (OnnxRuntimeException e) when (!run.IsEnding && RuntimeArena.IsFull(e) && !IsOnlyUserOfMemory)
        {
            throw model.OverBudget();
        }
        catch (OnnxRuntimeException e)
        {
            return run.IsEnding ? new CallResult(CallEnd.OutOfTime) : Explain(run, e);
        }
    }

    private CallResult Answer(RuntimeTensor[] outputs)
    {
        answer = calls.BeginAnswer(Caller);
        answer.Write(model, request, outputs);
        // Only what the caller gets is a prediction.
        return Attempt is null || !Claim() || calls.Recorder!.Answered(Attempt, model, request, outputs, answer)
            ? new CallResult(CallEnd.Answered)
            : new CallResult(CallEnd.NotRecorded);
    }

    // The runtime's error code does not tell whose fault it is: a node fails in the same way for a length and for an element, and both can
    // ask for too much memory. So the model runs again, on zeros of the same shapes. If it fails again, the shapes are the reason.
    private CallResult Explain(ModelRun run, OnnxRuntimeException e)
    {
        var isMemory = RuntimeArena.IsFull(e);
        var failed = isMemory ? new CallResult(CallEnd.OutOfMemory, model.MemoryText) : new CallResult(CallEnd.Failed, e.Message);
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
            model.Run(request, run.Options).Dispose();
            return Failed(failed, record);
        }
        catch (OnnxRuntimeException again)
        {
            return run.IsEnding ? new CallResult(CallEnd.OutOfTime)
                : RuntimeArena.IsFull(again) == isMemory ? refused
                : Failed(failed, record);
        }
    }

    // The models of a pool share their memory.
    private bool IsOnlyUserOfMemory => model.IsOnlyUserOfMemory && (!model.Arena.IsShared || calls.IsOnlyRun);

    private CallResult Failed(CallResult failed, RecordWriter? record)
    {
        if (record is not null && Claim())
            calls.Recorder!.Append(record);
        return failed;
    }

    // What is not the version's failure has no record: the caller left, it asked for too much, or too many calls use the memory.
    private CallResult RecordFailure(RecordedAttempt attempt)
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
