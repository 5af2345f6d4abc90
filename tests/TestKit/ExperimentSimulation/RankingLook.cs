namespace ModelServing.TestKit.ExperimentSimulation;

/// <summary>The last bootstrap of a figure. A look needs no new one if the arms are clearly too close: the half width of the interval
/// changes by less than a half while the units grow by a twentieth.</summary>
internal sealed class RankingLook
{
    private long units;
    private double half;

    /// <summary>Whether the difference may be outside the interval.</summary>
    internal bool IsNeeded(long unitsNow, double difference) =>
        !(unitsNow < units * 1.05 && Math.Abs(difference) < half / 2);

    internal void Seen(long unitsThen, double halfThen) => (units, half) = (unitsThen, halfThen);
}
