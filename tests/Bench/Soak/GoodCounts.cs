namespace ModelServing.Bench.Soak;

/// <summary>How good requests ended.</summary>
internal sealed class GoodCounts
{
    private const int MostFaults = 5;

    private readonly List<TimeSpan> times = [];

    /// <summary>Answered with 200 before the deadline.</summary>
    internal int Answered { get; private set; }

    /// <summary>Refused with 503 and Retry-After.</summary>
    internal int Busy { get; private set; }

    /// <summary>Everything else.</summary>
    internal int Failed { get; private set; }

    /// <summary>The first failures.</summary>
    internal List<string> Faults { get; } = [];

    internal void Add(TimeSpan elapsed, bool isBusy, string? fault)
    {
        if (fault is not null)
        {
            Failed++;
            if (Faults.Count < MostFaults)
                Faults.Add(fault);
        }
        else if (isBusy)
        {
            Busy++;
        }
        else
        {
            Answered++;
            times.Add(elapsed);
        }
    }

    /// <summary>The time within which this share of the answers came.</summary>
    internal TimeSpan Quantile(double share)
    {
        times.Sort();
        return times.Count == 0 ? TimeSpan.Zero : times[Math.Min(times.Count - 1, (int)(times.Count * share))];
    }
}
