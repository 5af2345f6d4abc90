namespace ModelServing.Router.Metrics;

/// <summary>What the threads of one processor counted in one period. Its own lock is nearly always free, and its memory is in that
/// processor's cache.</summary>
internal sealed class AttemptStripe
{
    internal Lock Gate { get; } = new();

    internal AttemptCounts Counts { get; } = new();

    /// <summary>The number of the period.</summary>
    internal long Period { get; set; }
}
