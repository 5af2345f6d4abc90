namespace ModelServing.Contracts;

/// <summary>
/// How a pod leaves, in this order: it is asked to go and is taken out of the endpoints; for <see cref="Leave"/> it serves on, as who
/// sends to it may not know yet; then it takes no new connection, and what is in flight has <see cref="Finish"/> to end.
/// </summary>
/// <param name="Leave">The time for senders to learn of it: the pod sleeps before its host is told to stop, so that it stays ready
/// and serves as a last resort. Whole seconds.</param>
/// <param name="Finish">The host's <see cref="HostSettings.DrainTimeout"/>. Whole seconds.</param>
public sealed record DrainTimes(TimeSpan Leave, TimeSpan Finish)
{
    // Between the end of a drain and being killed: the host's own end.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>The longest that a router which can reach the Kubernetes API may take to follow a changed plan. It sees a change at once, unless
    /// its connection has died without a word: that it notices after 25 s of silence, and reads the plan anew.</summary>
    public static TimeSpan PlanPropagation { get; } = TimeSpan.FromSeconds(40);

    /// <summary>How long a pod may take in all before it is killed.</summary>
    public TimeSpan Grace => Leave + Finish + Margin;

    /// <summary>Of a router's pod: the load balancer's health checks have to notice.</summary>
    /// <param name="longestDeadline">The longest deadline of a request.</param>
    public static DrainTimes OfRouter(TimeSpan longestDeadline) => new(TimeSpan.FromSeconds(20), FinishOf(longestDeadline));

    /// <summary>Of a version's pod: it outlasts the propagation of a plan that doesn't name its version any more.</summary>
    /// <param name="deadline">The deadline of the model's requests.</param>
    public static DrainTimes OfInference(TimeSpan deadline) => new(PlanPropagation, FinishOf(deadline));

    // At least 30 s, so that a change of a usual deadline changes the plan alone and restarts nothing.
    private static TimeSpan FinishOf(TimeSpan deadline) => TimeSpan.FromSeconds(Math.Max(30, Math.Ceiling(deadline.TotalSeconds)));
}
