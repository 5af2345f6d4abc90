namespace ModelServing.Bench.Features;

/// <summary>The figures of one round, by processor time.</summary>
/// <param name="AppliedPerSecond">Events applied to decoded states, in a second of one core.</param>
/// <param name="UpdatedPerSecond">Events for each of which a state was decoded and encoded.</param>
/// <param name="FinaliseMicroseconds">The time to read all features of a decoded state.</param>
/// <param name="ReadMicroseconds">The time to read all features of an encoded state.</param>
/// <param name="StateBytes">The mean size of a state.</param>
internal sealed record EngineRound(
    double AppliedPerSecond, double UpdatedPerSecond, double FinaliseMicroseconds, double ReadMicroseconds, double StateBytes);
