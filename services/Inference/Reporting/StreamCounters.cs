using System.Numerics;
using ModelServing.Cache.Reports;

namespace ModelServing.Inference.Reporting;

/// <summary>
/// The requests of one variant in one trial since the process started. Counting a request adds one to a single number, chosen by the kind
/// of answer and its latency. Processors have separate stripes of numbers, so they rarely contend.
/// </summary>
internal sealed class StreamCounters(string variant, string? trialText, int trial)
{
    private const int Numbers = RequestCounts.Kinds * LatencyBuckets.Count;
    private const int MaxStripes = 8;

    private static readonly int Stripes =
        (int)Math.Min(MaxStripes, BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount));

    // Requests write these.
    private readonly long[][] stripes = [.. Enumerable.Range(0, Stripes).Select(static _ => new long[Numbers])];

    // The counts of closed minutes. Only the reporter uses them.
    private readonly long[] closed = new long[Numbers];

    internal string Variant => variant;

    internal int Trial => trial;

    /// <summary>The number of consecutive closed minutes without a request.</summary>
    internal int IdleMinutes { get; private set; }

    internal bool Is(string? variantHeader, string? trialHeader) => variantHeader == variant && trialHeader == trialText;

    internal void Add(AnswerKind kind, TimeSpan latency)
    {
        var stripe = stripes[Thread.GetCurrentProcessorId() & (Stripes - 1)];
        Interlocked.Increment(ref stripe[(int)kind * LatencyBuckets.Count + LatencyBuckets.IndexOf(latency)]);
    }

    /// <summary>Reads the counts of the open minute.</summary>
    internal RequestCounts Read() => Take(closes: false);

    /// <summary>Closes the open minute and returns its counts. Later requests count in the next minute.</summary>
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
