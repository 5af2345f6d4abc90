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
    internal static DemoReport From(Uri api, RolloutPlan rollout, IReadOnlyCollection<DemoAnswer> answers, bool planChanged)
    {
        var assigned = answers.Count(static answer => answer.Variant is not null);
        var groups = answers.ToLookup(static answer => (Variant: answer.Variant ?? "-", answer.Version));
        var planned = rollout.Variants.Reverse().Select(static variant => (variant.Name, (int?)variant.Version.Number)).ToList();
        var figures = planned.Concat(groups.Select(static group => group.Key).Except(planned).Order())
            .Select(key => VariantFigures.From(key, [.. groups[key]], answers.Count, planChanged ? null : rollout))
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
