using ModelServing.Inference.Batching;

namespace ModelServing.Inference.Models;

/// <summary>Tells each request of a shared call its own part of the call's work.</summary>
/// <remarks>The rows of the one other client that has most of them are left out: one client could make a call long for others. The rows of
/// all other clients count, because a version whose batches take long is a slow one.</remarks>
internal static class SharedWork
{
    /// <summary>Sets the work of each call of a run that took <paramref name="work"/> of processor time.</summary>
    internal static void Divide(ReadOnlySpan<QueuedCall> calls, TimeSpan work)
    {
        Span<int> rowsOf = stackalloc int[CallerGroup.Count];
        Count(calls, rowsOf);
        foreach (ModelCall call in calls)
            call.Times.Work = work * PartOf(call.Caller, rowsOf);
    }

    /// <summary>Counts the rows of each group.</summary>
    internal static void Count(ReadOnlySpan<QueuedCall> calls, Span<int> rowsOf)
    {
        rowsOf.Clear();
        foreach (var call in calls)
            rowsOf[call.Caller.Index] += call.Rows;
    }

    /// <summary>The part of a run that counts for the requests of one of the groups, each of which has some of its rows.</summary>
    internal static double PartOf(CallerGroup group, ReadOnlySpan<int> rowsOf)
    {
        var (all, most) = (0, 0);
        for (var one = 0; one < rowsOf.Length; one++)
        {
            all += rowsOf[one];
            if (one != group.Index)
                most = Math.Max(most, rowsOf[one]);
        }

        return (double)(all - most) / all;
    }
}
