namespace ModelServing.Stacks.Preview.Cost;

/// <summary>What a stack does not say about its use.</summary>
/// <param name="RequestsPerSecond">The requests to the gateway, on the average of the month.</param>
/// <param name="StoredGbs">The size of the bucket in GB.</param>
internal sealed record CostAssumptions(decimal RequestsPerSecond, decimal StoredGbs)
{
    /// <summary>The length of a call of ModelMetrics, which runs every minute. It is not measured in a tenancy yet.</summary>
    internal const decimal FunctionSeconds = 1;
}
