namespace ModelServing.Runtime.Replays;

/// <summary>What a model answered to a replayed request.</summary>
/// <param name="Outputs">Its outputs; empty after a failure.</param>
/// <param name="Microseconds">The time of the call, without the way to the process and back.</param>
/// <param name="Failure">Why it did not answer; null if it did.</param>
public sealed record ReplayAnswer(IReadOnlyList<ReplayTensor> Outputs, long Microseconds, string? Failure)
{
    /// <summary>Whether the process has ended, so that a further call needs a new one.</summary>
    public bool HasEnded { get; init; }

    internal static ReplayAnswer Failed(string why, long microseconds = 0) => new([], microseconds, why);
}
