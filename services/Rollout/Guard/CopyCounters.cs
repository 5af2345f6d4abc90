namespace ModelServing.Rollout.Guard;

/// <summary>The mutable form of a <see cref="CopyTable"/>. Not thread-safe.</summary>
/// <remarks>A failure in minute m counts in the copies that started in m or before. Counting it is one addition to minute m; the count of
/// copy j is the sum of the minutes from j on. If a failure counts only in copies that started after a minute p, it is subtracted again at
/// p.</remarks>
internal sealed class CopyCounters(int rows)
{
    // The first copy's counts, and those of the newest minutes: minute m is at index m % Newest. Older minutes matter only to the first
    // copy.
    private readonly long[] first = new long[rows];
    private readonly long[]?[] minutes = new long[]?[rows];
    private int lastMinute;

    /// <summary>Counts a failure in the copies that started in its minute or before, and after <paramref name="countsAfter"/>.</summary>
    internal void Add(int row, int minute, int countsAfter)
    {
        Advance(minute);
        if (countsAfter >= minute)
            return;
        if (countsAfter == 0)
            first[row]++;
        var steps = minutes[row] ??= new long[CopyWindow.Newest];
        var oldest = CopyWindow.OldestAfterFirst(lastMinute);
        if (minute >= oldest)
            steps[minute % CopyWindow.Newest]++;
        if (countsAfter >= oldest)
            steps[countsAfter % CopyWindow.Newest]--;
    }

    internal CopyTable ToTable(int asOf)
    {
        Advance(asOf);
        var table = new long[]?[rows];
        for (var row = 0; row < rows; row++)
        {
            if (minutes[row] is not { } steps)
                continue;
            var counts = table[row] = new long[CopyWindow.Count(asOf)];
            counts[0] = first[row];
            var sum = 0L;
            for (var i = counts.Length - 1; i > 0; i--)
                counts[i] = sum += steps[CopyWindow.StartOf(i, asOf) % CopyWindow.Newest];
        }

        return new CopyTable(asOf, table);
    }

    // New minutes start at 0, in the places of the minutes that they replace.
    private void Advance(int minute)
    {
        if (minute <= lastMinute)
            return;
        var begun = Math.Min(minute - lastMinute, CopyWindow.Newest);
        foreach (var steps in minutes)
        {
            for (var i = 0; i < begun; i++)
                steps?[(minute - i) % CopyWindow.Newest] = 0;
        }

        lastMinute = minute;
    }
}
