using System.Runtime.InteropServices;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Batching;

namespace ModelServing.Inference.Models;

/// <summary>
/// One run of the model, for the calls of a batch. It runs on a thread of the pool, behind the work that already waits for one: requests
/// that have arrived become tensors first, and join. So no call waits for others while a thread is free, and batches grow when none is.
/// </summary>
/// <remarks>
/// <code>
/// 1 close      the batch: no call joins it any more
/// 2 run        the model. The tensors of several calls are copied into one, row after row
/// 3 write      an answer for each call, from its own rows
/// 4 leave      the turn is free. If a run for several calls failed, or took far too long, each of them waits again, to run alone
/// 5 complete   the calls
/// </code>
/// A call whose time is over, or whose caller left, is abandoned by itself. The run is ended when no caller waits for it.
/// </remarks>
internal sealed class ModelRun(ModelCalls calls, LoadedModel model, Batch batch)
    : WatchedRun(long.MaxValue, CancellationToken.None), IThreadPoolWorkItem
{
    private long endsAt = long.MaxValue;
    private int slot = -1;
    private int clock;
    private bool hasBegun;

    /// <summary>The processor time that its thread had used when it began, or up to a millisecond more; null where the system does not
    /// say.</summary>
    internal TimeSpan? UsedBefore { get; private set; }

    /// <summary>The processor time up to now that counts for one of its calls; null where the system does not say. Other threads call
    /// this only while the watch has the run: until then, its thread has no other work.</summary>
    internal TimeSpan? WorkFor(ModelCall call)
    {
        if (!Volatile.Read(ref hasBegun))
            return TimeSpan.Zero;
        Span<int> rowsOf = stackalloc int[CallerGroup.Count];
        SharedWork.Count(batch.Calls, rowsOf);
        return ThreadTime.Between(UsedBefore, calls.Threads.On(clock)) * SharedWork.PartOf(call.Caller, rowsOf);
    }

    /// <summary>Lets the run begin as soon as a thread is free. If no call can join, or if there are few requests, it is the lead's own
    /// thread, which takes the run up as soon as it waits.</summary>
    internal void Queue()
    {
        calls.Watch.Add(this);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: batch.IsFull || calls.HasTurnForEach);
    }

    void IThreadPoolWorkItem.Execute()
    {
        calls.Gate.Close(batch); // 1
        var members = batch.Calls;
        if (members.Length > 1)
            endsAt = model.Batching.LongestRun(calls.Time) + calls.Time.GetTimestamp();
        (clock, UsedBefore) = (calls.Threads.Clock, calls.Threads.AtMost);
        if (calls.Watch.TryStart(this) && model.TryUse())
        {
            Volatile.Write(ref hasBegun, true);
            if (calls.Record is { } record)
                slot = record.Enter();
            if (members.Length == 1)
                ((ModelCall)members[0]).RunAlone(this); // 2, 3
            else
                RunTogether(members);
            calls.Record?.Leave(slot);
            model.Release();
        }

        List<QueuedCall>? again = null;
        ModelCall? last = null;
        foreach (ModelCall call in members)
        {
            if (call.RunsAgain)
            {
                (again ??= []).Add(call);
                continue;
            }

            call.End(this);
            last = call;
        }

        if (batch.IsOfSuspect && calls.Record?.RanWell() == true)
            calls.Gate.IsSuspect = false;
        calls.Gate.Leave(batch, CollectionsMarshal.AsSpan(again)); // 4
        calls.Watch.Remove(this);
        foreach (ModelCall call in members)
        {
            // The last one continues on this thread, which is free now.
            if (again?.Contains(call) != true)
                call.Complete(continuesHere: call == last); // 5
        }
    }

    internal override bool IsOver(long now)
    {
        if (State == RunState.Running && !IsDone && now >= endsAt)
            return true;
        foreach (var call in batch.Calls)
        {
            if (!call.IsOver(now))
                return false;
        }

        return true;
    }

    internal override void Lose()
    {
        calls.Record?.CanNotEnd(slot);
        calls.Gate.Lose(batch.Lead.Caller);
    }

    internal override void Regain() => calls.Gate.Regain(batch.Lead.Caller);

    internal override void Abandon() => AbandonOver(calls.Time.GetTimestamp());

    internal override void AbandonSome(long now)
    {
        // A single call has its own limits.
        if (batch.Calls.Length > 1)
            AbandonOver(now);
    }

    private void AbandonOver(long now)
    {
        foreach (ModelCall call in batch.Calls)
        {
            if (call.IsOver(now))
                call.Abandon(WorkFor(call));
        }
    }

    private void RunTogether(ReadOnlySpan<QueuedCall> members)
    {
        try
        {
            using var inputs = BatchInputs.Join(model, members, batch.Rows);
            var began = calls.Time.GetTimestamp();
            using var outputs = model.Run(inputs.Values, ((ModelCall)batch.Lead).Request.Outputs, Options); // 2
            var ended = calls.Time.GetTimestamp();
            var used = calls.Threads.Since(UsedBefore, calls.Time.GetElapsedTime(began, ended));
            calls.Ran(calls.Time.GetElapsedTime(began, ended), batch.Rows);
            calls.Watch.Done(this);
            model.Batching.Took(ended - began);
            Write(members, RuntimeTensor.OfOutputs(outputs), began, ended); // 3
            if (used is { } work)
                SharedWork.Divide(members, work);
        }
        catch (Exception)
        {
            // Whose fault it is, if it is anybody's, shows when each call runs alone.
            calls.Metrics.BatchFailed();
            var now = calls.Time.GetTimestamp();
            foreach (ModelCall call in members)
                call.RunsAgain = !call.IsOver(now);
        }
    }

    private void Write(ReadOnlySpan<QueuedCall> members, RuntimeTensor[] outputs, long began, long ended)
    {
        foreach (var output in outputs)
        {
            if (output.Shape.Length == 0 || output.Shape[0] != batch.Rows)
                throw new InvalidOperationException($"an output for {batch.Rows} rows has the shape [{string.Join(',', output.Shape)}]");
        }

        var row = 0;
        var bytes = 0L;
        var wanted = ((ModelCall)batch.Lead).Request.Outputs;
        var own = new RuntimeTensor[outputs.Length];
        foreach (ModelCall call in members)
        {
            for (var i = 0; i < own.Length; i++)
                own[i] = outputs[i].RowsOf(row, call.Rows, model.Outputs[wanted[i]].Format.ElementBytes);
            row += call.Rows;
            call.Times.Runs(began);
            call.Times.HasRun(ended);
            bytes += call.Write(own);
        }

        if (bytes > ByteBudget.SmallRequest)
            model.Used(bytes);
    }
}
