namespace ModelServing.Registry.Profiles;

/// <summary>Makes the profile of a column from its distinct values in ascending order, with how often each occurs.</summary>
/// <remarks>A column with up to <see cref="ColumnProfile.MostBins"/> distinct values gets a bin for each. Otherwise each bin has at least a
/// twentieth of the rows, except the last one: a value that occurs often fills a bin alone.</remarks>
public static class ColumnProfiler
{
    /// <param name="name">The column's name.</param>
    /// <param name="values">The distinct values that are numbers, as 32-bit floats, in ascending order, with their counts.</param>
    /// <param name="total">The sum of these counts.</param>
    public static ColumnProfile Create(string name, IEnumerable<(float Value, long Count)> values, long total)
    {
        ArgumentNullException.ThrowIfNull(values);
        var (edges, counts) = (new List<float>(), new List<long>());
        // Until there are more values than bins, each value is one.
        var first = new List<(float Value, long Count)>();
        var (open, seen) = (0L, 0L);
        var (least, largest) = (float.PositiveInfinity, float.NegativeInfinity);
        var isByValue = true;
        foreach (var one in values)
        {
            if (float.IsFinite(one.Value))
                (least, largest) = (Math.Min(least, one.Value), one.Value);
            if (isByValue && first.Count < ColumnProfile.MostBins)
            {
                first.Add(one);
                continue;
            }

            if (isByValue)
                first.ForEach(Add);
            isByValue = false;
            Add(one);
        }

        if (isByValue)
        {
            edges.AddRange(first.SkipLast(1).Select(static one => one.Value).Where(float.IsFinite));
            counts.AddRange(CountUpTo(edges, first));
        }
        else
        {
            counts.Add(open);
        }

        return new ColumnProfile
        {
            Name = name,
            Edges = edges,
            Counts = counts,
            Least = float.IsFinite(least) ? least : 0,
            Largest = float.IsFinite(largest) ? largest : 0,
        };

        void Add((float Value, long Count) one)
        {
            open += one.Count;
            seen += one.Count;
            // What is left after the last edge is the last bin.
            if (seen == total || !float.IsFinite(one.Value) || (double)open * ColumnProfile.MostBins < total
                || edges.Count == ColumnProfile.MostBins - 1)
                return;
            edges.Add(one.Value);
            counts.Add(open);
            open = 0;
        }
    }

    private static IEnumerable<long> CountUpTo(List<float> edges, List<(float Value, long Count)> values)
    {
        for (var bin = 0; bin <= edges.Count; bin++)
        {
            var above = bin > 0 ? edges[bin - 1] : float.NegativeInfinity;
            var upTo = bin < edges.Count ? edges[bin] : float.PositiveInfinity;
            yield return values.Where(one => (one.Value > above || bin == 0) && one.Value <= upTo).Sum(static one => one.Count);
        }
    }
}
