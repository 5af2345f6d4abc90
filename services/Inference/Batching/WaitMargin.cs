namespace ModelServing.Inference.Batching;

/// <summary>How many times as long as forecast the calls of a group wait, but for one in a thousand. It follows what is measured: where
/// other work takes the processors now and then, forecasts must leave more room than where nothing does. A call that is refused has its
/// answer at once, from here or from another version. One that comes too late has cost a turn and has none.</summary>
internal sealed class WaitMargin
{
    private const double Least = 1.5;

    // More would leave turns without calls: the queue must hold those of the next few runs.
    private const double Most = 5;

    // One call that waits longer moves the margin as far as a thousand that do not.
    private const double Step = 0.1;
    private const double Exceptions = 0.001;

    internal double Value { get; private set; } = Least;

    /// <summary>A call has ended.</summary>
    /// <param name="forecast">What was expected when it came.</param>
    /// <param name="took">How long it took, in the clock's units.</param>
    /// <param name="had">How long it had.</param>
    internal void Ended(in Forecast forecast, long took, long had)
    {
        if (forecast.Run > had)
            return;
        var most = (forecast.Wait * Value) + forecast.Run;
        // How exact a short forecast is does not matter while there is much time left.
        if (took <= had && most < had / 2)
            return;
        Value = took > most ? Math.Min(Most, Value + Step) : Math.Max(Least, Value - (Step * Exceptions));
    }
}
