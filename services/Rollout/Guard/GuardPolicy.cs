using ModelServing.Contracts;

namespace ModelServing.Rollout.Guard;

/// <summary>What a rollout asks of its guard.</summary>
public sealed record GuardPolicy
{
    private const int Kinds = 4;

    /// <summary>r0: how many times as often as stable the watched variant may fail. From 1.</summary>
    public double Tolerance
    {
        get;
        init => field = value is >= 1 and <= GuardPlan.MaxTolerance ? value : throw Outside(nameof(Tolerance), value, $"from 1 to {GuardPlan.MaxTolerance}");
    } = 1.5;

    /// <summary>alpha: the probability, at most, that a version which keeps to the tolerance is ever condemned in an attempt.</summary>
    public double FalseAlarm
    {
        get;
        init => field = value is > 0 and < 1 ? value : throw Outside(nameof(FalseAlarm), value, "above 0 and below 1");
    } = 0.001;

    /// <summary>An answer later than this is <see cref="CallOutcome.Slow"/>, of both variants; null when slowness is not
    /// watched.</summary>
    public TimeSpan? SlowerThan
    {
        get;
        init => field = value is null || value > TimeSpan.Zero ? value : throw Outside(nameof(SlowerThan), value, "above 0");
    }

    /// <summary>The share of the watched variant's first attempts that may fail; null when only the comparison with stable
    /// counts.</summary>
    public double? MaxErrorRate
    {
        get;
        init => field = value is null or (> 0 and < 1) ? value : throw Outside(nameof(MaxErrorRate), value, "above 0 and below 1");
    }

    /// <summary>n: how many variants of the rollout are watched: 1 for a canary, the arms of an experiment without its control.</summary>
    public int Arms
    {
        get;
        init => field = value >= 1 ? value : throw Outside(nameof(Arms), value, "1 at least");
    } = 1;

    /// <summary>How many routers may decide by themselves (<c>routers.max</c>).</summary>
    public required int RoutersMax
    {
        get;
        init => field = value >= 1 ? value : throw Outside(nameof(RoutersMax), value, "1 at least");
    }

    /// <summary>The evidence that condemns: 8 n / alpha on the sum, and routers.max times that on a router's own. Each of four kinds has
    /// a quarter of alpha, each of n arms an n-th of that, each scope half of it, and each router its part of the half.</summary>
    public double Threshold(GuardScope scope) => 2.0 * Kinds * Arms / FalseAlarm * (scope == GuardScope.Local ? RoutersMax : 1);

    /// <summary>The evidence, without a tolerance, that the version has more errors than stable, which <see cref="MaxErrorRate"/> wants too
    /// while stable gets traffic: a hundred times <see cref="Threshold"/>. In an outage of both the versions are equal, and so at the very
    /// limit of what this evidence tells apart; it is all that keeps such an outage from condemning, so that it has to be the surer of the
    /// two. By Ville's inequality one outage in 100 times the threshold condemns at most.</summary>
    public double ComparisonThreshold(GuardScope scope) => 100 * Threshold(scope);

    private static ArgumentOutOfRangeException Outside(string name, object? value, string form) => new(name, value, $"has to be {form}");
}
