namespace ModelServing.Router.Metrics;

/// <summary>Counts of first attempts in the last periods of equal length. Not safe for several threads.</summary>
/// <param name="period">The length of a period.</param>
/// <param name="length">The number of periods, with the present one.</param>
internal sealed class AttemptRing(TimeSpan period, int length)
{
    private readonly AttemptCounts?[] counts = new AttemptCounts?[length];
    private readonly long[] numbers = new long[length];

    /// <summary>Adds what was counted in one period, or in a part of it. What is older than all periods is left out.</summary>
    /// <param name="added">The counts.</param>
    /// <param name="at">A time in that period, from any origin.</param>
    internal void Add(AttemptCounts added, TimeSpan at)
    {
        var number = NumberAt(at);
        var place = (int)(number % numbers.Length);
        if (numbers[place] > number)
            return;
        var present = counts[place] ??= new AttemptCounts();
        if (numbers[place] != number)
        {
            present.Clear();
            numbers[place] = number;
        }

        present.Add(added);
    }

    /// <summary>Adds the counts to those of several rings, by how many periods ago they are.</summary>
    internal void AddTo(AttemptCounts?[] sums, TimeSpan now)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            if (Before(i, now) is { } one)
                (sums[i] ??= new AttemptCounts()).Add(one);
        }
    }

    // The counts of one period, 0 for the present one; null without an attempt.
    private AttemptCounts? Before(int periods, TimeSpan now)
    {
        var number = NumberAt(now) - periods;
        return number > 0 && numbers[number % numbers.Length] == number ? counts[number % numbers.Length] : null;
    }

    // From 1, because an unused place has the number 0.
    private long NumberAt(TimeSpan now) => (now.Ticks / period.Ticks) + 1;
}
