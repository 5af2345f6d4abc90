namespace ModelServing.Jobs.Export;

/// <summary>A part of a range of time. All parts together are the range, without a gap or an overlap.</summary>
/// <param name="Index">The part, from 0.</param>
/// <param name="Count">The number of parts.</param>
internal sealed record TimeShard(int Index, int Count)
{
    internal static TimeShard Whole { get; } = new(0, 1);

    /// <summary>The part's own range. It begins and ends with a minute, except at the ends of the whole; it may be empty.</summary>
    internal (DateTimeOffset Since, DateTimeOffset Until) Cut(DateTimeOffset since, DateTimeOffset until) =>
        (Bound(since, until, Index), Bound(since, until, Index + 1));

    private DateTimeOffset Bound(DateTimeOffset since, DateTimeOffset until, int index)
    {
        if (index == 0)
            return since;
        if (index == Count)
            return until;
        var first = since.UtcTicks / TimeSpan.TicksPerMinute;
        var minutes = (until.UtcTicks - 1) / TimeSpan.TicksPerMinute + 1 - first;
        var bound = new DateTimeOffset((first + minutes * index / Count) * TimeSpan.TicksPerMinute, TimeSpan.Zero);
        return bound < since ? since : bound;
    }
}
