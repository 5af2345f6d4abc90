namespace ModelServing.Rollout.Guard;

/// <summary>
/// Which copies of the product are kept. Copy j starts with minute j of the attempt and sees what comes from then on. Kept are the first
/// and the 60 newest; to drop one only loses evidence. A kept copy has an index: 0 is the first copy, the others follow in order.
/// </summary>
internal static class CopyWindow
{
    internal const int Newest = 60;

    /// <summary>The most copies that are kept.</summary>
    internal const int MaxCopies = Newest + 1;

    /// <summary>The last minute that an attempt can have: it began 31 years ago.</summary>
    internal const int MaxMinute = (1 << 24) - 1;

    /// <summary>How many copies are kept in a minute; none before the first.</summary>
    internal static int Count(int lastMinute) => Math.Min(lastMinute, MaxCopies);

    /// <summary>The oldest kept copy apart from the first.</summary>
    internal static int OldestAfterFirst(int lastMinute) => Math.Max(2, lastMinute - Newest + 1);

    /// <summary>The minute in which a kept copy started.</summary>
    internal static int StartOf(int index, int lastMinute) => index == 0 ? 1 : OldestAfterFirst(lastMinute) + index - 1;

    /// <summary>The index of the copy that started in a minute; -1 when it is not kept, or has not started.</summary>
    internal static int IndexOf(int start, int lastMinute)
    {
        if (start > lastMinute)
            return -1;
        if (start == 1)
            return 0;
        return start < OldestAfterFirst(lastMinute) ? -1 : start - OldestAfterFirst(lastMinute) + 1;
    }
}
