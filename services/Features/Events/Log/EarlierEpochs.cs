using ModelServing.Spool;

namespace ModelServing.Features.Events.Log;

/// <summary>The events of a volume that are not shipped, in its present epoch and in earlier ones. The sequences between two epochs are not
/// events.</summary>
internal sealed class EarlierEpochs
{
    // The last events of earlier epochs whose segments were not shipped when the volume was opened.
    private readonly long[] lasts;
    private readonly int epoch;

    /// <param name="history">What earlier processes appended.</param>
    /// <param name="shipped">Up to where segments were shipped.</param>
    /// <param name="epoch">The present epoch.</param>
    internal EarlierEpochs(SpoolHistory history, SpoolCheckpoint shipped, int epoch)
    {
        this.epoch = epoch;
        lasts = [.. history.Segments
            .Where(segment => segment.LastNumber >= shipped.NextNumber)
            .GroupBy(static segment => EventSequence.EpochOf((long)segment.LastNumber), static segment => (long)segment.LastNumber)
            .Where(earlier => earlier.Key < epoch)
            .Select(static earlier => earlier.Max())];
    }

    /// <summary>Counts the events that are not shipped.</summary>
    /// <param name="next">The sequence of the first event that may not be shipped.</param>
    /// <param name="last">The sequence of the last event.</param>
    internal long CountUnshipped(long next, long last) =>
        Count(next, last, epoch) + lasts.Sum(earlier => Count(next, earlier, EventSequence.EpochOf(earlier)));

    private static long Count(long next, long last, int epoch) => Math.Max(0, last + 1 - Math.Max(next, EventSequence.FirstOf(epoch)));
}
