namespace ModelServing.Rollout.Guard;

/// <summary>The growing form of a <see cref="CopyTable"/>. Not safe for several threads.</summary>
/// <remarks>A failure of minute m counts in the copies that started in it or before: to count it is one addition to minute m, and what
/// copy j saw is the sum of the minutes from j on. Where it counts only in the copies that started after a minute p, it is taken back at
/// p.</remarks>
internal sealed class CopyCounters(int rows)
{
    // What the first copy saw, and the newest minutes: minute m stands at m % Newest. Older ones matter to the first copy alone.
    private readonly long[] first = new long[rows];
    private readonly long[]?[] minutes = new long[]?[rows];
    private int lastMinute;

    /// <summary>Counts a failure of a minute in the copies that started in it or before, and after a given minute.</summary>
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

    // New minutes begin with nothing, in the places of those that they push out.
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
