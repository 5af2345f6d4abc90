using System.Globalization;
using ModelServing.Contracts;

namespace ModelServing.Cli.Demo;

/// <summary>The figures of one variant in a round of traffic.</summary>
internal sealed record VariantFigures
{
    /// <summary>The variant; <c>-</c> for responses that name none.</summary>
    public required string Variant { get; init; }

    /// <summary>The version; null for responses that name none.</summary>
    public required int? Version { get; init; }

    public required int Requests { get; init; }

    /// <summary>The share of all requests, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>The planned share; null if the plan does not name the variant or was changed.</summary>
    public required double? ExpectedShare { get; init; }

    /// <summary>The share of the requests that failed; null without requests.</summary>
    public required double? ErrorRate { get; init; }

    public required double? P50Milliseconds { get; init; }

    public required double? P99Milliseconds { get; init; }

    internal static VariantFigures From(
        (string Variant, int? Version) key,
        IReadOnlyList<DemoAnswer> answers,
        int all,
        RolloutPlan? rollout)
    {
        var times = answers.Select(static answer => answer.Took.TotalMilliseconds).Order().ToArray();
        var planned = rollout?.Variants.FirstOrDefault(variant => variant.Name == key.Variant && variant.Version.Number == key.Version);
        return new VariantFigures
        {
            Variant = key.Variant,
            Version = key.Version,
            Requests = answers.Count,
            Share = (double)answers.Count / Math.Max(1, all),
            ExpectedShare = planned is null ? null : (double)planned.Weight / PlanDocument.Buckets,
            ErrorRate = answers.Count == 0 ? null : (double)answers.Count(static answer => answer.Failure is not null) / answers.Count,
            P50Milliseconds = Percentile(times, 0.50),
            P99Milliseconds = Percentile(times, 0.99),
        };
    }

    /// <summary>The smallest of the sorted values that is not exceeded by at least the share <paramref name="rank"/> of them (nearest
    /// rank).</summary>
    internal static double? Percentile(double[] sorted, double rank) =>
        sorted.Length == 0 ? null : sorted[Math.Clamp((int)Math.Ceiling(rank * sorted.Length) - 1, 0, sorted.Length - 1)];

    /// <summary>A remark if chance does not explain how far the share is from the expected one; else null.</summary>
    /// <param name="assigned">The number of requests that were assigned to a variant.</param>
    internal string? Deviation(int assigned)
    {
        if (ExpectedShare is not { } expected)
            return null;
        var standard = Math.Sqrt(assigned * expected * (1 - expected));
        var off = Math.Abs(Requests - (assigned * expected));
        if (off <= DemoReport.MostDeviations * standard + 1e-6)
            return null;
        var why = standard == 0
            ? string.Create(CultureInfo.InvariantCulture, $"but the planned share of {expected * 100:0.##}% leaves nothing to chance")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{off / standard:0.0} standard deviations from the planned {expected * 100:0.##}%");
        return string.Create(CultureInfo.InvariantCulture, $"{Variant} got {Requests:N0} of {assigned:N0} requests, {why}");
    }
}
