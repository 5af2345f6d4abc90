using System.Globalization;
using ModelServing.Contracts;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>The figures of one variant.</summary>
/// <param name="Variant">The variant, <c>-</c> where the answer named none.</param>
/// <param name="Version">The version; null where the answer named none.</param>
/// <param name="Requests">How many requests it got.</param>
/// <param name="Share">Its share of all requests, 0 to 1.</param>
/// <param name="ExpectedShare">The share that the plan gives it; null when the plan does not name it, or was changed.</param>
/// <param name="ErrorRate">The share of its requests that failed; null without a request.</param>
/// <param name="P50Milliseconds">Half of its answers took at most as long; null without a request.</param>
/// <param name="P99Milliseconds">All but a hundredth of its answers took at most as long; null without a request.</param>
internal sealed record VariantFigures(
    string Variant,
    int? Version,
    int Requests,
    double Share,
    double? ExpectedShare,
    double? ErrorRate,
    double? P50Milliseconds,
    double? P99Milliseconds)
{
    internal static VariantFigures From((string Variant, int? Version) key, IReadOnlyList<DemoAnswer> answers, int all, RolloutPlan? rollout)
    {
        var times = answers.Select(static answer => answer.Took.TotalMilliseconds).Order().ToArray();
        var planned = rollout?.Variants.FirstOrDefault(variant => variant.Name == key.Variant && variant.Version.Number == key.Version);
        return new VariantFigures(
            key.Variant,
            key.Version,
            answers.Count,
            (double)answers.Count / Math.Max(1, all),
            planned is null ? null : (double)planned.Weight / PlanDocument.Buckets,
            answers.Count == 0 ? null : (double)answers.Count(static answer => answer.Failure is not null) / answers.Count,
            Percentile(times, 0.50),
            Percentile(times, 0.99));
    }

    /// <summary>The least of the sorted values that at least <paramref name="rank"/> of all do not exceed (nearest rank).</summary>
    internal static double? Percentile(double[] sorted, double rank) =>
        sorted.Length == 0 ? null : sorted[Math.Clamp((int)Math.Ceiling(rank * sorted.Length) - 1, 0, sorted.Length - 1)];

    /// <summary>What to say when the share is not what chance makes of the expected one; null when it is.</summary>
    /// <param name="assigned">How many requests were assigned to a variant.</param>
    internal string? Askew(int assigned)
    {
        if (ExpectedShare is not { } expected)
            return null;
        var deviation = Math.Sqrt(assigned * expected * (1 - expected));
        var off = Math.Abs(Requests - (assigned * expected));
        if (off <= DemoReport.MostDeviations * deviation + 1e-6)
            return null;
        var how = deviation == 0 ? "where nothing is left to chance" : string.Create(CultureInfo.InvariantCulture, $"{off / deviation:0.0} standard deviations away");
        return string.Create(CultureInfo.InvariantCulture, $"{Variant} got {Requests:N0} of {assigned:N0} requests; the plan gives it {expected * 100:0.##}%, {how}");
    }
}
