namespace ModelServing.Features.Events.Log;

/// <summary>
/// The positions of events. An epoch is the life of one volume: its events are numbered without gaps, from 1 in the first epoch. If the
/// volume is lost, the events that were not shipped are lost with it, and their number is unknown. So the next epoch begins far
/// behind, and no position is ever used twice.
/// </summary>
public static class EventSequence
{
    /// <summary>The most epochs. With them, every sequence is exact as a double.</summary>
    public const int MostEpochs = 8192;

    private const int Bits = 40;

    /// <summary>The first sequence of an epoch.</summary>
    public static long FirstOf(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(epoch, MostEpochs);
        return ((long)epoch << Bits) + 1;
    }

    /// <summary>The epoch of a sequence.</summary>
    public static int EpochOf(long sequence) => (int)((sequence - 1) >> Bits);
}
