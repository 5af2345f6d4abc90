namespace ModelServing.Bench.Soak.Overload;

/// <summary>How long the parts of the soak last, and how much is sent.</summary>
/// <param name="Measured">How long the sustainable rate is measured.</param>
/// <param name="Time">How long there is too much load.</param>
/// <param name="Times">How many times the sustainable rate it is.</param>
/// <param name="Hopeless">How long endless runs come.</param>
internal sealed record OverloadPlan(TimeSpan Measured, TimeSpan Time, double Times, TimeSpan Hopeless)
{
    /// <summary>Whether only the soak itself is checked. On a machine where other tests run, no clock is.</summary>
    internal bool IsShort { get; private init; }

    /// <summary>How many times as long deadlines are as usual.</summary>
    internal int Deadlines => IsShort ? 40 : 1;

    /// <summary>How many requests may wait; null for the service's own limit, which a slow machine does not reach within seconds.</summary>
    internal int? QueueLimit => IsShort ? 200 : null;

    internal static OverloadPlan Short { get; } =
        new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), 3, TimeSpan.FromSeconds(3)) { IsShort = true };

    internal static OverloadPlan Long(TimeSpan time, double times) => new(TimeSpan.FromSeconds(20), time, times, TimeSpan.FromSeconds(30));
}
