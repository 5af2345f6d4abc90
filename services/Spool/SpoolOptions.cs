using ModelServing.Contracts;

namespace ModelServing.Spool;

/// <summary>How a spool is written.</summary>
/// <param name="Mode">What a record survives.</param>
/// <param name="MostBytes">The most bytes of its segments.</param>
public sealed record SpoolOptions(SpoolMode Mode, long MostBytes)
{
    /// <summary>The bytes of a segment that is prepared. 8 MiB by default.</summary>
    public int SegmentBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Whether a record is refused rather than wait for a segment that is not prepared yet. Off by default.</summary>
    public bool OnlyPrepared { get; init; }
}
