namespace ModelServing.Rollout.Guard;

/// <summary>The growing form of a <see cref="CopyTable"/>. Not safe for several threads.</summary>
internal sealed class CopyCounters(int rows)
{
    // The first copy's counts, and those of the newest copies: copy j stands at j % Newest.
    private readonly long[] first = new long[rows];
    private readonly long[]?[] newest = new long[]?[rows];
    private int lastMinute;

    /// <summary>Counts a failure of a minute in the copies that started in it or before, and after a given minute.</summary>
    internal void Add(int row, int minute, int countsAfter)
    {
        Advance(minute);
        if (countsAfter == 0)
            first[row]++;
        var copies = newest[row] ??= new long[CopyWindow.Newest];
        // The upper limit first: countsAfter may be the greatest of all numbers.
        for (var copy = minute; copy > countsAfter && copy >= CopyWindow.OldestAfterFirst(lastMinute); copy--)
            copies[copy % CopyWindow.Newest]++;
    }

    internal CopyTable ToTable(int asOf)
    {
        Advance(asOf);
        var table = new long[]?[rows];
        for (var row = 0; row < rows; row++)
        {
            if (newest[row] is not { } copies)
                continue;
            var counts = table[row] = new long[CopyWindow.Count(asOf)];
            counts[0] = first[row];
            for (var i = 1; i < counts.Length; i++)
                counts[i] = copies[CopyWindow.StartOf(i, asOf) % CopyWindow.Newest];
        }

        return new CopyTable(asOf, table);
    }

    // New copies begin with nothing, in the places of those that are dropped for them.
    private void Advance(int minute)
    {
        if (minute <= lastMinute)
            return;
        var begun = Math.Min(minute - lastMinute, CopyWindow.Newest);
        foreach (var copies in newest)
        {
            for (var i = 0; i < begun; i++)
                copies?[(minute - i) % CopyWindow.Newest] = 0;
        }

        lastMinute = minute;
    }
}
