namespace ModelServing.Features.Events.Log;

/// <summary>The sequences that were seen, as ranges. The same event may be in several places: on the volume, in a shipped segment and in a
/// compacted file.</summary>
public sealed class SequenceRanges
{
    private readonly List<(long First, long Last)> ranges = [];

    /// <summary>The largest sequence; 0 without any.</summary>
    public long Last => ranges.Count == 0 ? 0 : ranges[^1].Last;

    /// <summary>How many sequences are missing between those of an epoch, and before its first.</summary>
    public long Missing
    {
        get
        {
            var (missing, next, epoch) = (0L, 0L, -1);
            foreach (var (first, last) in ranges)
            {
                if (EventSequence.EpochOf(first) != epoch)
                {
                    epoch = EventSequence.EpochOf(first);
                    next = EventSequence.FirstOf(epoch);
                }

                missing += first - next;
                next = last + 1;
            }

            return missing;
        }
    }

    /// <summary>Adds a sequence; false if it was seen before.</summary>
    public bool Add(long sequence)
    {
        // Nearly always, it is the one after the last one of a range.
        var at = Find(sequence);
        if (at >= 0 && sequence <= ranges[at].Last)
            return false;
        var joinsNext = at + 1 < ranges.Count && ranges[at + 1].First == sequence + 1;
        if (at >= 0 && ranges[at].Last == sequence - 1)
        {
            ranges[at] = (ranges[at].First, joinsNext ? ranges[at + 1].Last : sequence);
            if (joinsNext)
                ranges.RemoveAt(at + 1);
        }
        else if (joinsNext)
        {
            ranges[at + 1] = (sequence, ranges[at + 1].Last);
        }
        else
        {
            ranges.Insert(at + 1, (sequence, sequence));
        }

        return true;
    }

    // The index of the last range that begins at or before a sequence; -1 if all begin after it.
    private int Find(long sequence)
    {
        var (from, to) = (0, ranges.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (ranges[middle].First <= sequence)
                from = middle + 1;
            else
                to = middle;
        }

        return from - 1;
    }
}
