using ModelServing.Contracts;

namespace ModelServing.Rollout.Guard;

/// <summary>The rules of a rollout's guard.</summary>
public sealed record GuardPolicy
{
    private const int Kinds = 4;

    /// <summary>r0: the watched variant may fail this many times as often as stable. From 1.</summary>
    public double Tolerance
    {
        get;
        init =>
            field = value is >= 1 and <= GuardPlan.MaxTolerance
                ? value
                : throw Outside(nameof(Tolerance), value, $"from 1 to {GuardPlan.MaxTolerance}");
    } = 1.5;

    /// <summary>alpha: the highest probability that a version within the tolerance is ever condemned in a trial.</summary>
    public double FalseAlarm
    {
        get;
        init => field = value is > 0 and < 1 ? value : throw Outside(nameof(FalseAlarm), value, "above 0 and below 1");
    } = 0.001;

    /// <summary>An answer that takes longer is <see cref="CallOutcome.Slow"/>, for both variants; null for the limit
    /// that follows from stable's own answers (<see cref="SlowLimit"/>).</summary>
    public TimeSpan? SlowerThan
    {
        get;
        init => field = value is null || value > TimeSpan.Zero ? value : throw Outside(nameof(SlowerThan), value, "above 0");
    }

    /// <summary>The share of the watched variant's first attempts that may fail; null if only the comparison with stable counts.</summary>
    public double? MaxErrorRate
    {
        get;
        init => field = value is null or (> 0 and < 1) ? value : throw Outside(nameof(MaxErrorRate), value, "above 0 and below 1");
    }

    /// <summary>n: the number of watched variants: 1 for a canary, or the arms of an experiment without its control.</summary>
    public int Arms
    {
        get;
        init => field = value >= 1 ? value : throw Outside(nameof(Arms), value, "at least 1");
    } = 1;

    /// <summary>The number of routers that may decide by themselves (<c>routers.max</c>).</summary>
    public required int RoutersMax
    {
        get;
        init => field = value >= 1 ? value : throw Outside(nameof(RoutersMax), value, "at least 1");
    }

    /// <summary>The evidence that condemns: 8 n / alpha on the sum, and routers.max times that on a router's own counts. Each of the four
    /// kinds has a quarter of alpha, each of n arms an n-th of that, each scope half of that, and each router its part of the
    /// half.</summary>
    public double Threshold(GuardScope scope) => 2.0 * Kinds * Arms / FalseAlarm * (scope == GuardScope.Local ? RoutersMax : 1);

    /// <summary>The evidence, at tolerance 1, that the version has more errors than stable. While stable gets traffic,
    /// <see cref="MaxErrorRate"/> needs it as well. It is a hundred times <see cref="Threshold"/>: in an outage of both versions they are
    /// equal, which is the very limit of what this evidence can tell apart, and nothing else keeps such an outage from condemning. By
    /// Ville's inequality, at most one outage in 100 times the threshold condemns.</summary>
    public double ComparisonThreshold(GuardScope scope) => 100 * Threshold(scope);

    private static ArgumentOutOfRangeException Outside(string name, object? value, string form) => new(name, value, $"must be {form}");
}
