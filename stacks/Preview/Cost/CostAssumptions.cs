namespace ModelServing.Stacks.Preview.Cost;

/// <summary>What a stack does not say about its use.</summary>
/// <param name="RequestsPerSecond">The requests to the gateway, on the average of the month.</param>
/// <param name="StoredGbs">The size of the bucket in GB.</param>
/// <param name="SplitSeconds">The length of a call of TrafficSplitter, which includes the model's own time.</param>
internal sealed record CostAssumptions(
    decimal RequestsPerSecond, decimal StoredGbs, decimal SplitSeconds = CostAssumptions.DefaultSplitSeconds)
{
    /// <summary>The assumed length of a call of TrafficSplitter, unless the user knows it: it is mostly the model's.</summary>
    internal const decimal DefaultSplitSeconds = 0.1m;

    /// <summary>The length of a call of ModelMetrics, which runs every minute. It is not measured in a tenancy yet.</summary>
    internal const decimal FunctionSeconds = 1;
}
