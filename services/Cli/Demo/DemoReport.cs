using System.Globalization;
using ModelServing.Contracts;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>The figures of one round of a demo's traffic.</summary>
/// <param name="Api">Where it was sent.</param>
/// <param name="Model">The model.</param>
/// <param name="Requests">How many were sent.</param>
/// <param name="Failed">How many of them were not answered as they should.</param>
/// <param name="Variants">The figures of each variant.</param>
/// <param name="Failures">How often each kind of failure came.</param>
/// <param name="Remarks">What is not as expected, and what could not be checked.</param>
/// <param name="AsExpected">No request failed, and every share that could be checked is what chance makes of the plan.</param>
internal sealed record DemoReport(
    string Api,
    string Model,
    int Requests,
    int Failed,
    IReadOnlyList<VariantFigures> Variants,
    IReadOnlyDictionary<string, int> Failures,
    IReadOnlyList<string> Remarks,
    bool AsExpected)
{
    /// <summary>Beyond this many standard deviations a share is no longer put down to chance (once in 16,000 rounds).</summary>
    internal const double MostDeviations = 4;

    /// <summary>Counts and judges a round.</summary>
    /// <param name="api">Where it was sent.</param>
    /// <param name="rollout">The rollout that was in force.</param>
    /// <param name="answers">What came back.</param>
    /// <param name="planChanged">Whether another plan came while it was measured.</param>
    internal static DemoReport Of(Uri api, RolloutPlan rollout, IReadOnlyCollection<DemoAnswer> answers, bool planChanged)
    {
        var assigned = answers.Count(static answer => answer.Variant is not null);
        var groups = answers.ToLookup(static answer => (Variant: answer.Variant ?? "-", answer.Version));
        var planned = rollout.Variants.Reverse().Select(static variant => (variant.Name, (int?)variant.Version.Number)).ToList();
        var figures = planned.Concat(groups.Select(static group => group.Key).Except(planned).Order())
            .Select(key => VariantFigures.Of(key, [.. groups[key]], answers.Count, planChanged ? null : rollout))
            .ToList();
        var failures = new SortedDictionary<string, int>(
            answers.Where(static answer => answer.Failure is not null).CountBy(static answer => answer.Failure!).ToDictionary(), StringComparer.Ordinal);
        var failed = failures.Values.Sum();

        var remarks = new List<string>();
        if (failed > 0)
            remarks.Add($"{failed:N0} of {answers.Count:N0} requests failed: {string.Join(", ", failures.Select(static pair => $"{pair.Value:N0} x {pair.Key}"))}");
        var askew = new List<string>();
        if (planChanged)
            remarks.Add("the shares are not checked: the plan was changed in the meantime");
        else if (rollout.RoutingKeyHeader is { } header)
            remarks.Add($"the shares are not checked: by the routing key {header} a customer's requests all go to one variant");
        else
            askew = [.. figures.Select(variant => variant.Askew(assigned)).OfType<string>()];
        return new DemoReport(
            api.GetLeftPart(UriPartial.Authority), DemoModel.Name.Text, answers.Count, failed, figures, failures, [.. remarks, .. askew], failed == 0 && askew.Count == 0);
    }

    internal Table Table()
    {
        var table = new Table().AddColumns("variant", "version", "requests", "share", "expected", "errors", "p50", "p99");
        foreach (var column in table.Columns.Skip(2))
            column.RightAligned();
        foreach (var row in Variants)
        {
            table.AddRow(
                Markup.Escape(row.Variant),
                row.Version?.ToString(CultureInfo.InvariantCulture) ?? "-",
                row.Requests.ToString("N0", CultureInfo.InvariantCulture),
                Percents(row.Share),
                row.ExpectedShare is { } expected ? Percents(expected) : "-",
                Percents(row.ErrorRate),
                Milliseconds(row.P50Milliseconds),
                Milliseconds(row.P99Milliseconds));
        }

        return table;
    }

    private static string Percents(double? share) => share is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number * 100:0.00}%") : "-";

    private static string Milliseconds(double? time) => time is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number:0.00} ms") : "-";
}

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
    internal static VariantFigures Of((string Variant, int? Version) key, IReadOnlyList<DemoAnswer> answers, int all, RolloutPlan? rollout)
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
