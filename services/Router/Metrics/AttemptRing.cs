namespace ModelServing.Router.Metrics;

/// <summary>Counts of first attempts in the last periods of equal length. Not safe for several threads.</summary>
/// <param name="period">The length of a period.</param>
/// <param name="length">The number of periods, with the present one.</param>
internal sealed class AttemptRing(TimeSpan period, int length)
{
    private readonly AttemptCounts?[] counts = new AttemptCounts?[length];
    private readonly long[] numbers = new long[length];

    /// <summary>Counts an attempt.</summary>
    /// <param name="kind">How it ended.</param>
    /// <param name="latency">How long the version took; null if it had no part in it.</param>
    /// <param name="now">The time, from any origin.</param>
    internal void Add(AttemptKind kind, TimeSpan? latency, TimeSpan now)
    {
        var number = NumberAt(now);
        var place = (int)(number % numbers.Length);
        var current = counts[place] ??= new AttemptCounts();
        if (numbers[place] != number)
        {
            current.Clear();
            numbers[place] = number;
        }

        current.Add(kind, latency);
    }

    /// <summary>The counts of one period, 0 for the present one; null without an attempt.</summary>
    internal AttemptCounts? Before(int periods, TimeSpan now)
    {
        var number = NumberAt(now) - periods;
        return number > 0 && numbers[number % numbers.Length] == number ? counts[number % numbers.Length] : null;
    }

    /// <summary>The sum of the last periods, with the present one.</summary>
    internal AttemptCounts Sum(int periods, TimeSpan now)
    {
        var sum = new AttemptCounts();
        for (var i = 0; i < periods; i++)
        {
            if (Before(i, now) is { } one)
                sum.Add(one);
        }

        return sum;
    }

    // From 1, because an unused place has the number 0.
    private long NumberAt(TimeSpan now) => (now.Ticks / period.Ticks) + 1;
}
