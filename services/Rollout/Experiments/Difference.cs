namespace ModelServing.Rollout.Experiments;

/// <summary>The difference of an arm from stable, with its interval.</summary>
/// <param name="Value">The arm's estimate less stable's.</param>
/// <param name="StandardError">The standard error that the interval is made of. It is at least that of both arms together.</param>
/// <param name="Lower">The lower end of the interval.</param>
/// <param name="Upper">The upper end.</param>
public readonly record struct Difference(double Value, double StandardError, double Lower, double Upper);
