namespace ModelServing.Spool;

/// <summary>What earlier processes appended to a spool, to which this process appends further records.</summary>
/// <param name="Segments">The segments that are still in the folder, in order.</param>
/// <param name="LastSegment">The number of the last segment, in the folder or not; 0 if there was none.</param>
/// <param name="LastNumber">The number of the last record; that of the first one minus 1 if there was none.</param>
public sealed record SpoolHistory(IReadOnlyList<SealedSegment> Segments, long LastSegment, ulong LastNumber)
{
    /// <summary>Reads a folder whose process has ended. A record that the process did not finish is left out.</summary>
    /// <param name="folder">The spool's folder.</param>
    /// <param name="from">Where to begin: the segments before that place have no room behind their records.</param>
    /// <param name="damaged">Is called with each damaged part.</param>
    /// <exception cref="IOException">The disk fails.</exception>
    public static SpoolHistory Read(string folder, SpoolCheckpoint from, Action<DamagedBytes>? damaged = null)
    {
        var segments = new SortedDictionary<long, SealedSegment>();
        foreach (var segment in SpoolFormat.SegmentsIn(folder))
        {
            var length = new FileInfo(Path.Combine(folder, SpoolFormat.SegmentName(segment))).Length;
            segments[segment] = new SealedSegment(segment, segment < from.Position.Segment ? (int)length : 0, from.NextNumber - 1);
        }

        var last = from.NextNumber - 1;
        using (var reader = new SpoolReader(folder, null, from) { Damaged = damaged })
        {
            while (reader.Read() is { } record)
            {
                last = record.Number;
                segments[record.End.Segment] = new SealedSegment(record.End.Segment, record.End.Offset, last);
            }
        }

        return new SpoolHistory(
            [.. segments.Values],
            Math.Max(from.Position.Segment - 1, segments.Count > 0 ? segments.Keys.Last() : 0),
            last);
    }
}
