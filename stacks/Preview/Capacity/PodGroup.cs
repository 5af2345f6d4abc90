namespace ModelServing.Stacks.Preview.Capacity;

/// <summary>The pods of one workload.</summary>
/// <param name="Pool">What the nodes are for on which they run.</param>
/// <param name="Pod">What each asks of its node.</param>
/// <param name="Least">How many there always are.</param>
/// <param name="Most">The largest number that the autoscaler makes.</param>
internal sealed record PodGroup(string Pool, PodRequest Pod, int Least, int Most);
