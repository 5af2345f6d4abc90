using ModelServing.Cache.Reports;

namespace ModelServing.Inference.Reporting;

/// <summary>
/// The requests of one variant in one trial, since the process began. To count one is one addition to one number, which says how it was
/// answered and how fast; each processor has numbers of its own, so that none waits for another.
/// </summary>
internal sealed class StreamCounters(string variant, string? trialText, int trial)
{
    private const int Numbers = RequestCounts.Kinds * LatencyBuckets.Count;
    private const int MostStripes = 8;

    private static readonly int Stripes = (int)Math.Min(MostStripes, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount));

    // Written by requests.
    private readonly long[][] stripes = [.. Enumerable.Range(0, Stripes).Select(static _ => new long[Numbers])];

    // The reporter's alone: what was counted in minutes that are closed.
    private readonly long[] closed = new long[Numbers];

    internal string Variant => variant;

    internal int Trial => trial;

    /// <summary>How many minutes were closed in a row in which it had no request.</summary>
    internal int IdleMinutes { get; private set; }

    internal bool Is(string? variantHeader, string? trialHeader) => variantHeader == variant && trialHeader == trialText;

    internal void Add(AnswerKind kind, TimeSpan latency) =>
        Interlocked.Increment(ref stripes[Thread.GetCurrentProcessorId() & (Stripes - 1)][(int)kind * LatencyBuckets.Count + LatencyBuckets.IndexOf(latency)]);

    /// <summary>What was counted in the minute that is open.</summary>
    internal RequestCounts Read() => Take(closes: false);

    /// <summary>What was counted in the minute that was open. What comes later is the next one's.</summary>
    internal RequestCounts Close()
    {
        var counts = Take(closes: true);
        IdleMinutes = counts.Requests == 0 ? IdleMinutes + 1 : 0;
        return counts;
    }

    private RequestCounts Take(bool closes)
    {
        var open = new long[Numbers];
        for (var i = 0; i < Numbers; i++)
        {
            var sum = 0L;
            foreach (var stripe in stripes)
                sum += Interlocked.Read(ref stripe[i]);
            open[i] = sum - closed[i];
            if (closes)
                closed[i] = sum;
        }

        return RequestCounts.From(open);
    }
}
