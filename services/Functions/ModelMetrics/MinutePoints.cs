using ModelServing.Contracts.Monitoring;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>Makes the datapoints of a minute.</summary>
/// <param name="start">The start of the minute.</param>
/// <param name="length">The length of the minute.</param>
internal sealed class MinutePoints(DateTimeOffset start, TimeSpan length)
{
    // The second datapoint of a 0/1 metric has its own time, because a store may keep only one per stream and time.
    private readonly DateTimeOffset beside = start + length / 60;

    internal static int Weight(long count) => (int)Math.Min(count, int.MaxValue);

    internal MetricDatapoint Once(double value) => new(start, value);

    internal MetricDatapoint[] OneOrZero(long ones, long zeros)
    {
        MetricDatapoint[] both = [new(start, 0, Weight(zeros)), new(beside, 1, Weight(ones))];
        return ones == 0 ? both[..1] : zeros == 0 ? both[1..] : both;
    }
}
