namespace Oci.Common.Waiters;

public class WaiterConfiguration
{
    public int MaxAttempts { get; set; } = 7;

    /// <summary>Returns the delay before a retry. Retries are numbered from 1.</summary>
    public Func<int, double> GetNextDelayInSeconds { get; set; } =
        static retry => Math.Min(30, Random.Shared.NextDouble() + Math.Pow(2, retry));
}
