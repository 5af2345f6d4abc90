namespace ModelServing.Rollout.Guard;

/// <summary>
/// The watched variant's successful first attempts, per minute. The count of a copy is the sum of the minutes from its start, computed when
/// it is read. Counting a success is one interlocked addition; a new minute takes a lock.
/// </summary>
internal sealed class SuccessCounters
{
    private readonly Lock gate = new();

    // Minute j is at index j % Newest. Divided: the variant had less than all of the traffic; whole: it had all of it.
    private readonly long[] divided = new long[CopyWindow.Newest];
    private readonly long[] whole = new long[CopyWindow.Newest];

    // The successes of older minutes, which only the first copy saw.
    private long dividedBefore;
    private long wholeBefore;
    private int lastMinute;

    internal void Add(int minute, bool isWhole)
    {
        var last = Volatile.Read(ref lastMinute);
        if (minute > last)
            Advance(minute);
        if (minute <= last - CopyWindow.Newest)
            Interlocked.Increment(ref isWhole ? ref wholeBefore : ref dividedBefore);
        else
            // A thread that was suspended here for an hour counts in a later minute: one success too many there, which loses evidence.
            Interlocked.Increment(ref (isWhole ? whole : divided)[minute % CopyWindow.Newest]);
    }

    /// <summary>Returns the successes that each kept copy saw, as of a given minute or the last counted one, whichever is later.</summary>
    internal (int LastMinute, long[] Divided, long[] Whole) Read(int atLeast)
    {
        lock (gate)
        {
            var asOf = Math.Max(atLeast, lastMinute);
            return (asOf, Row(asOf, divided, Interlocked.Read(ref dividedBefore)), Row(asOf, whole, Interlocked.Read(ref wholeBefore)));
        }
    }

    private long[] Row(int asOf, long[] minutes, long before)
    {
        var row = new long[CopyWindow.Count(asOf)];
        var sum = 0L;
        var minute = lastMinute;
        for (var i = row.Length - 1; i > 0; i--)
        {
            for (var start = CopyWindow.StartOf(i, asOf); minute >= start; minute--)
                sum += Interlocked.Read(ref minutes[minute % CopyWindow.Newest]);
            row[i] = sum;
        }

        for (; minute > Math.Max(0, lastMinute - CopyWindow.Newest); minute--)
            sum += Interlocked.Read(ref minutes[minute % CopyWindow.Newest]);
        if (row.Length > 0)
            row[0] = sum + before;
        return row;
    }

    private void Advance(int minute)
    {
        lock (gate)
        {
            if (minute <= lastMinute)
                return;
            for (var begun = Math.Max(lastMinute + 1, minute - CopyWindow.Newest + 1); begun <= minute; begun++)
            {
                Interlocked.Add(ref dividedBefore, Interlocked.Exchange(ref divided[begun % CopyWindow.Newest], 0));
                Interlocked.Add(ref wholeBefore, Interlocked.Exchange(ref whole[begun % CopyWindow.Newest], 0));
            }

            Volatile.Write(ref lastMinute, minute);
        }
    }
}
