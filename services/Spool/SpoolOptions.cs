using ModelServing.Contracts;

namespace ModelServing.Spool;

/// <summary>How a spool is written.</summary>
/// <param name="Mode">What a record survives.</param>
/// <param name="MostBytes">The most bytes of its segments.</param>
public sealed record SpoolOptions(SpoolMode Mode, long MostBytes);
