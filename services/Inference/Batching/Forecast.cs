namespace ModelServing.Inference.Batching;

/// <summary>How long a call will probably take, in the clock's units. <see cref="HeldTurns"/> makes it.</summary>
/// <param name="Began">The timestamp at which it was made; 0 for none.</param>
/// <param name="Wait">How long the call waits for its turn.</param>
/// <param name="Run">How long its run takes.</param>
internal readonly record struct Forecast(long Began, long Wait, long Run)
{
    /// <summary>Whether the call would wait so long that its time is over before its run has ended. If its run alone takes longer than
    /// that time, then only the wait counts: the version is too slow, and its callers should see that.</summary>
    /// <param name="left">The time that the call has.</param>
    /// <param name="margin">How many times as long as forecast it may wait.</param>
    internal bool IsTooLong(long left, double margin) =>
        Wait > 0 && (Wait > left || (Run <= left && (Wait * margin) + Run > left));
}
