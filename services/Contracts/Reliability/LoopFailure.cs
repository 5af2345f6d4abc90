namespace ModelServing.Contracts.Reliability;

/// <summary>A failure of a <see cref="SurvivingLoop"/>.</summary>
/// <param name="Exception">What a round threw.</param>
/// <param name="Failures">The number of failures in a row, from 1.</param>
/// <param name="Pause">The wait before the next round.</param>
public sealed record LoopFailure(Exception Exception, int Failures, TimeSpan Pause);
