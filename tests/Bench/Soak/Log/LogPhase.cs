namespace ModelServing.Bench.Soak.Log;

/// <summary>What was seen in a phase of the faults.</summary>
/// <param name="Name">The phase.</param>
/// <param name="Memory">The most memory of the version, in bytes.</param>
/// <param name="Answers">The answers.</param>
/// <param name="Slowest">The 99th percentile of their latencies.</param>
internal sealed record LogPhase(string Name, long Memory, int Answers, TimeSpan Slowest);
