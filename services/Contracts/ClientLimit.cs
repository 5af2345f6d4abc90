using System.Globalization;

namespace ModelServing.Contracts;

/// <summary>A client's rate limit in one router process: a token bucket.</summary>
/// <param name="RequestsPerSecond">The requests per second in the long run, above 0 and at most <see cref="MaxRequestsPerSecond"/>.</param>
/// <param name="Burst">The requests that are allowed at once after a pause, from 1 to <see cref="MaxBurst"/>.</param>
public sealed record ClientLimit(decimal RequestsPerSecond, int Burst)
{
    /// <summary>The highest rate that a limit can be set to.</summary>
    public const int MaxRequestsPerSecond = 1_000_000;

    /// <summary>The largest burst.</summary>
    public const int MaxBurst = 1_000_000;

    /// <summary>The lowest rate that a limit can be set to: one request in about three hours.</summary>
    public const decimal MinRequestsPerSecond = 0.0001m;

    /// <summary>The longest time in which the bucket refills: a day.</summary>
    public const int MaxSecondsToFill = 86_400;

    internal void Check(string path)
    {
        var rate = RequestsPerSecond.ToString(CultureInfo.InvariantCulture);
        var least = MinRequestsPerSecond.ToString(CultureInfo.InvariantCulture);
        if (RequestsPerSecond is < MinRequestsPerSecond or > MaxRequestsPerSecond)
            throw new ContractException($"{path}.requestsPerSecond is {rate}; it must be from {least} to {MaxRequestsPerSecond}");
        if (Burst is < 1 or > MaxBurst)
            throw new ContractException($"{path}.burst is {Burst}; it must be from 1 to {MaxBurst}");
        if (Burst / RequestsPerSecond > MaxSecondsToFill)
            throw new ContractException($"{path}.burst is {Burst}, which takes more than a day to refill at {rate} requests per second");
    }
}
