namespace ModelServing.Bench.Soak.Memory;

/// <summary>What one attack did.</summary>
/// <param name="Name">The attack.</param>
/// <param name="Peaks">The most that each pod used, in bytes.</param>
/// <param name="Good">How good requests ended meanwhile.</param>
internal sealed record MemoryPhase(string Name, IReadOnlyDictionary<string, long> Peaks, GoodCounts Good);
