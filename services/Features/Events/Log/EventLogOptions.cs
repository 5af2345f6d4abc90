using ModelServing.Contracts;
using ModelServing.Spool;

namespace ModelServing.Features.Events.Log;

/// <summary>How an event log is written.</summary>
/// <param name="Folder">The folder of its segments, on a volume of its own in the cloud.</param>
/// <param name="Mode">What an event survives once it is acknowledged.</param>
/// <param name="MostBytes">The most bytes of the segments that are not shipped yet.</param>
public sealed record EventLogOptions(string Folder, SpoolMode Mode, long MostBytes)
{
    /// <summary>After this time, a segment is shipped although it has room. 5 minutes by default.</summary>
    public TimeSpan SealAfter { get; init; } = TimeSpan.FromMinutes(5);

    internal SpoolOptions Spool => new(Mode, MostBytes);
}
