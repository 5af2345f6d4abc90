using System.Numerics;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;

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

    private readonly long[] groups = new long[GroupCounts.Groups];

    // The counts of closed minutes. Only the reporter uses them.
    private readonly long[] closed = new long[Numbers];
    private readonly long[] closedGroups = new long[GroupCounts.Groups];

    internal string Variant => variant;

    internal int Trial => trial;

    /// <summary>The number of consecutive closed minutes without a request.</summary>
    internal int IdleMinutes { get; private set; }

    internal bool Is(string? variantHeader, string? trialHeader) => variantHeader == variant && trialHeader == trialText;

    /// <summary>Counts a request.</summary>
    /// <param name="kind">How it was answered.</param>
    /// <param name="latency">How long that took.</param>
    /// <param name="group">The group of its client; negative for none.</param>
    internal void Add(AnswerKind kind, TimeSpan latency, int group = -1)
    {
        if (group >= 0)
            Interlocked.Increment(ref groups[group]);
        var stripe = stripes[Thread.GetCurrentProcessorId() & (Stripes - 1)];
        Interlocked.Increment(ref stripe[(int)kind * LatencyBuckets.Count + LatencyBuckets.IndexOf(latency)]);
    }

    /// <summary>Reads the counts of the open minute.</summary>
    internal VariantCounts Read() => new(variant, trial, Take(closes: false)) { Groups = TakeGroups(closes: false) };

    /// <summary>Closes the open minute and returns its counts. Later requests count in the next minute.</summary>
    internal VariantCounts Close()
    {
        var counts = Take(closes: true);
        IdleMinutes = counts.Requests == 0 ? IdleMinutes + 1 : 0;
        return new(variant, trial, counts) { Groups = TakeGroups(closes: true) };
    }

    private GroupCounts TakeGroups(bool closes)
    {
        Span<long> open = stackalloc long[GroupCounts.Groups];
        for (var group = 0; group < open.Length; group++)
        {
            var sum = Interlocked.Read(ref groups[group]);
            open[group] = sum - closedGroups[group];
            if (closes)
                closedGroups[group] = sum;
        }

        return GroupCounts.From(open);
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
