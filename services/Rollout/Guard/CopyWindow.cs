namespace ModelServing.Rollout.Guard;

/// <summary>
/// Defines which copies of the product are kept. Copy j starts in minute j of the trial and sees everything from then on. The first copy
/// and the 60 newest are kept; dropping one only loses evidence. Kept copies are indexed: 0 is the first copy, and the others follow in
/// order.
/// </summary>
internal static class CopyWindow
{
    internal const int Newest = 60;

    /// <summary>The most copies that are kept.</summary>
    internal const int MaxCopies = Newest + 1;

    /// <summary>The last possible minute of a trial, 31 years after its start.</summary>
    internal const int MaxMinute = (1 << 24) - 1;

    /// <summary>The number of copies that are kept in a minute; 0 before the first.</summary>
    internal static int Count(int lastMinute) => Math.Min(lastMinute, MaxCopies);

    /// <summary>The oldest kept copy apart from the first.</summary>
    internal static int OldestAfterFirst(int lastMinute) => Math.Max(2, lastMinute - Newest + 1);

    /// <summary>The minute in which a kept copy started.</summary>
    internal static int StartOf(int index, int lastMinute) => index == 0 ? 1 : OldestAfterFirst(lastMinute) + index - 1;

    /// <summary>The index of the copy that started in a minute; -1 if it is not kept, or has not started.</summary>
    internal static int IndexOf(int start, int lastMinute)
    {
        if (start > lastMinute)
            return -1;
        if (start == 1)
            return 0;
        return start < OldestAfterFirst(lastMinute) ? -1 : start - OldestAfterFirst(lastMinute) + 1;
    }
}
