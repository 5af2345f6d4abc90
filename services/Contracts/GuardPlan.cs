using System.Globalization;

namespace ModelServing.Contracts;

/// <summary>How the guard watches the variants beside stable.</summary>
public sealed record GuardPlan
{
    /// <summary>The largest <see cref="Tolerance"/>.</summary>
    public const double MaxTolerance = 1000;

    /// <summary>The rate ratio up to which a variant counts as good as stable: failures of its first attempts per request, divided by those
    /// of stable. From 1 to <see cref="MaxTolerance"/>.</summary>
    public required double Tolerance { get; init; }

    /// <summary>The chance that a variant within the tolerance is condemned at any time of its trial; above 0 and below 1.</summary>
    public required double FalseAlarm { get; init; }

    /// <summary>An answer that takes longer counts as slow; null for the limit that follows from stable's own answers.</summary>
    public int? SlowerThanMilliseconds { get; init; }

    /// <summary>The share of failed first attempts above which a variant is condemned, unless stable fails as much; null for no such limit.
    /// Above 0 and below 1.</summary>
    public double? MaxErrorRate { get; init; }

    /// <summary>How long a variant may have no ready endpoint before it is condemned.</summary>
    public required int UnreachableForMilliseconds { get; init; }

    internal void Check(string path)
    {
        if (!(Tolerance is >= 1 and <= MaxTolerance))
            throw Wrong("tolerance", Tolerance, $"from 1 to {MaxTolerance}");
        if (!(FalseAlarm is > 0 and < 1))
            throw Wrong("falseAlarm", FalseAlarm, "above 0 and below 1");
        if (SlowerThanMilliseconds is <= 0)
            throw Wrong("slowerThanMilliseconds", SlowerThanMilliseconds, "above 0");
        if (MaxErrorRate is not (null or (> 0 and < 1)))
            throw Wrong("maxErrorRate", MaxErrorRate, "above 0 and below 1");
        if (UnreachableForMilliseconds <= 0)
            throw Wrong("unreachableForMilliseconds", UnreachableForMilliseconds, "above 0");

        ContractException Wrong(string member, IFormattable? value, string right) =>
            new($"{path}.{member} is {value?.ToString(null, CultureInfo.InvariantCulture)}; it must be {right}");
    }
}
