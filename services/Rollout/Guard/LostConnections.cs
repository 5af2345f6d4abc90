namespace ModelServing.Rollout.Guard;

/// <summary>
/// Decides which lost connections count as separate failures: those to one endpoint within <see cref="Window"/> are one failure, for any
/// variant. When a pod is killed, all requests in flight on it fail at once, and at 5% of the traffic, only four failures of a canary are
/// evidence 13,544. All variants of a rollout share one instance. Thread-safe.
/// </summary>
/// <remarks>
/// A connection is lost if it ends after the request was sent and before the answer was complete. A loss that is not a separate failure is
/// not reported to the guard at all. Several routers lose their connections to a killed pod at the same moment. For the sum over routers,
/// they must agree on one of these losses: they set a key of the endpoint in the shared cache if it is absent, which expires after the same
/// time. Call this class first.
/// </remarks>
public sealed class LostConnections
{
    /// <summary>The most endpoints that are kept at a time. Losses of further endpoints are not failures, for either variant.</summary>
    public const int MaxEndpoints = 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<string, TimeSpan> counted = new(StringComparer.Ordinal);

    /// <summary>How long after a counted loss further losses of the same endpoint do not count.</summary>
    public static TimeSpan Window { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Reports a lost connection. True if it counts as a failure, false if it belongs to a loss that was counted
    /// already.</summary>
    /// <param name="endpoint">The variant and the endpoint's address.</param>
    /// <param name="now">The time since any fixed moment; it must not go back.</param>
    public bool IsFailure(string endpoint, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        lock (gate)
        {
            if (counted.TryGetValue(endpoint, out var at))
            {
                if (now - at < Window)
                    return false;
            }
            else if (counted.Count == MaxEndpoints)
            {
                foreach (var (other, when) in counted)
                {
                    if (now - when >= Window)
                        counted.Remove(other);
                }

                if (counted.Count == MaxEndpoints)
                    return false;
            }

            counted[endpoint] = now;
            return true;
        }
    }
}
