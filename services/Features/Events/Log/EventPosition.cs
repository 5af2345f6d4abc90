using System.Globalization;
using ModelServing.Spool;

namespace ModelServing.Features.Events.Log;

/// <summary>A place in the event log.</summary>
/// <param name="Epoch">The epoch (<see cref="EventSequence"/>).</param>
/// <param name="Place">The place in the epoch's spool, and the sequence of the next event.</param>
public readonly record struct EventPosition(int Epoch, SpoolCheckpoint Place)
{
    /// <summary>The beginning of the log.</summary>
    public static EventPosition Start => new(0, new SpoolCheckpoint(SpoolPosition.First, (ulong)EventSequence.FirstOf(0)));

    /// <summary>The sequence of the next event, if none is missing.</summary>
    public long Next => (long)Place.NextNumber;

    /// <summary>Reads the text that <see cref="ToString"/> writes; null for another text.</summary>
    public static EventPosition? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(' ') is [var epoch, var segment, var offset, var next]
            && int.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var e)
            && long.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s > 0
            && int.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var o)
            && ulong.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
            ? new EventPosition(e, new SpoolCheckpoint(new SpoolPosition(s, o), n))
            : null;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Epoch} {Place.Position.Segment} {Place.Position.Offset} {Place.NextNumber}");

    /// <summary>The beginning of a segment of the same epoch.</summary>
    internal EventPosition AtSegment(long segment) => this with { Place = Place with { Position = new SpoolPosition(segment, 0) } };
}
