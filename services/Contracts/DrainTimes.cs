namespace ModelServing.Contracts;

/// <summary>
/// How a pod stops, in this order: it is removed from the endpoints; for <see cref="Leave"/> it continues to serve, because senders may not
/// know yet; then it accepts no new connection, and requests in flight have <see cref="Finish"/> to end, and the prediction log to ship the
/// rest of its records.
/// </summary>
/// <param name="Leave">The time for senders to notice: the pod sleeps before its host is asked to stop, so the host stays ready and serves
/// as a last resort. Whole seconds.</param>
/// <param name="Finish">The host's <see cref="HostSettings.DrainTimeout"/>. Whole seconds.</param>
public sealed record DrainTimes(TimeSpan Leave, TimeSpan Finish)
{
    // The time for the host to exit between the end of a drain and being killed.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    // The prediction log ships its last records after the last answer. A second's records are usually enough for a second's shipping. What
    // is left on the node's disk after this time is lost with the pod.
    private static readonly TimeSpan Ship = TimeSpan.FromSeconds(10);

    /// <summary>The longest time in which a router that can reach the Kubernetes API follows a changed plan. It sees a change at once,
    /// unless its connection has died silently; it notices that after 25 s of silence, and reads the plan again.</summary>
    public static TimeSpan PlanPropagation { get; } = TimeSpan.FromSeconds(40);

    /// <summary>How long a pod may take in total before it is killed.</summary>
    public TimeSpan Grace => Leave + Finish + Margin;

    /// <summary>The times of a router's pod: the load balancer's health checks must notice.</summary>
    /// <param name="longestDeadline">The longest deadline of a request.</param>
    public static DrainTimes OfRouter(TimeSpan longestDeadline) => new(TimeSpan.FromSeconds(20), FinishOf(longestDeadline));

    /// <summary>The times of a version's pod: it outlasts the propagation of a plan that no longer names its version.</summary>
    /// <param name="deadline">The deadline of the model's requests.</param>
    public static DrainTimes OfInference(TimeSpan deadline) => new(PlanPropagation, FinishOf(deadline));

    /// <summary>The times of the feature server's pod. No other pod takes over, so it does not wait for senders to notice for long.
    /// Requests in flight have 30 s; then the last segment of the event log is shipped. What is not shipped stays on the volume.</summary>
    public static DrainTimes OfFeatureServer { get; } = new(TimeSpan.FromSeconds(5), FinishOf(TimeSpan.Zero));

    // At least 30 s, so that a change of a usual deadline changes only the plan and restarts no pod.
    private static TimeSpan FinishOf(TimeSpan deadline) =>
        TimeSpan.FromSeconds(Math.Max(30, Math.Ceiling(deadline.TotalSeconds))) + Ship;
}
