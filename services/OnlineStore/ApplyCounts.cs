using ModelServing.Features.Engine;

namespace ModelServing.OnlineStore;

/// <summary>The results of the events that a view was given, since the process began.</summary>
public sealed class ApplyCounts
{
    private readonly long[] counts = new long[Enum.GetValues<ApplyOutcome>().Length];

    public long this[ApplyOutcome outcome] => Interlocked.Read(ref counts[(int)outcome]);

    internal void Add(ApplyOutcome outcome, long number = 1) => Interlocked.Add(ref counts[(int)outcome], number);
}
