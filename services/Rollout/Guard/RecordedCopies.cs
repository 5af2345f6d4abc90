namespace ModelServing.Rollout.Guard;

/// <summary>Selects the failures that the copies saw, for a verdict's record.</summary>
internal static class RecordedCopies
{
    internal static List<VerdictCopies> Select(GuardCounts counts, GuardKind kind, Evidence evidence)
    {
        var entries = new List<VerdictCopies>();
        for (var copy = 0; copy < counts.Copies; copy++)
        {
            var start = CopyWindow.StartOf(copy, counts.LastMinute);
            var seen = Seen(counts, kind, copy);
            var part = Math.Min(Math.Exp(evidence.LogPart(copy)), 1e300);
            if (entries is [.., var before] && before.LastMinute == start - 1 && before.Segments.SequenceEqual(seen))
                entries[^1] = before with { LastMinute = start, Evidence = Math.Min(before.Evidence + part, 1e300) };
            else
                entries.Add(new VerdictCopies(start, start, part, seen));
        }

        return entries;
    }

    private static List<VerdictSegment> Seen(GuardCounts counts, GuardKind kind, int copy)
    {
        if (kind == GuardKind.MaxErrorRate)
        {
            var (failures, others) = counts.RateAt(copy);
            return [new VerdictSegment(null, failures, others)];
        }

        var seen = new List<VerdictSegment>(counts.Segments.Count);
        for (var i = 0; i < counts.Segments.Count; i++)
        {
            var watched = counts.Segment(i).At(GuardCounts.RowOf(kind, isWatched: true), copy);
            var stable = counts.Segment(i).At(GuardCounts.RowOf(kind, isWatched: false), copy);
            if (watched != 0 || stable != 0)
                seen.Add(new VerdictSegment(counts.Segments[i].Fraction, watched, stable));
        }

        return seen;
    }
}
