using System.Globalization;

namespace ModelServing.Contracts;

/// <summary>How much a client may ask of one router process: a token bucket.</summary>
/// <param name="RequestsPerSecond">The requests per second in the long run, above 0 and at most <see cref="MaxRequestsPerSecond"/>.</param>
/// <param name="Burst">The requests that may come at once after a pause, from 1 to <see cref="MaxBurst"/>.</param>
public sealed record ClientLimit(decimal RequestsPerSecond, int Burst)
{
    /// <summary>The most requests per second that a limit may be set to.</summary>
    public const int MaxRequestsPerSecond = 1_000_000;

    /// <summary>The largest burst.</summary>
    public const int MaxBurst = 1_000_000;

    /// <summary>The least requests per second: one in about three hours.</summary>
    public const decimal MinRequestsPerSecond = 0.0001m;

    /// <summary>The longest that the bucket may take to fill again: a day.</summary>
    public const int MaxSecondsToFill = 86_400;

    internal void Check(string path)
    {
        if (RequestsPerSecond is < MinRequestsPerSecond or > MaxRequestsPerSecond)
            throw new ContractException($"{path}.requestsPerSecond is {RequestsPerSecond.ToString(CultureInfo.InvariantCulture)}; it has to be from {MinRequestsPerSecond.ToString(CultureInfo.InvariantCulture)} to {MaxRequestsPerSecond}");
        if (Burst is < 1 or > MaxBurst)
            throw new ContractException($"{path}.burst is {Burst}; it has to be from 1 to {MaxBurst}");
        if (Burst / RequestsPerSecond > MaxSecondsToFill)
            throw new ContractException($"{path}.burst is {Burst}, which takes more than a day to come back at {RequestsPerSecond.ToString(CultureInfo.InvariantCulture)} requests per second");
    }
}
