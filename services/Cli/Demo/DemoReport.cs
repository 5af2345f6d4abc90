using System.Globalization;
using ModelServing.Contracts;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>The figures of one round of the demo's traffic and, for the first round, of the rollback after it.</summary>
internal sealed record DemoReport
{
    /// <summary>The deviation, in standard deviations, beyond which a share is not put down to chance (once in 16,000 rounds).</summary>
    internal const double MostDeviations = 4;

    public required string Api { get; init; }

    public required string Model { get; init; }

    public required int Requests { get; init; }

    public required int Failed { get; init; }

    public required IReadOnlyList<VariantFigures> Variants { get; init; }

    /// <summary>The number of failures of each kind.</summary>
    public required IReadOnlyDictionary<string, int> Failures { get; init; }

    /// <summary>Everything that is not as expected or could not be checked.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>No request failed, every share that could be checked agrees with the plan, and the rollback, if there was one,
    /// worked.</summary>
    public required bool AsExpected { get; init; }

    /// <summary>What the answers say about their features.</summary>
    public FeatureFigures? Features { get; init; }

    /// <summary>What the prediction log says about the round; null if nothing is logged, or after a later round.</summary>
    public LogReport? Log { get; init; }

    /// <summary>The rollback; null if the round was not followed by one.</summary>
    public RollbackReport? Rollback { get; init; }

    /// <summary>The experiment; null if there was none.</summary>
    public ExperimentFigures? Experiment { get; init; }

    /// <summary>Counts and judges a round.</summary>
    /// <param name="api">The address that the requests were sent to.</param>
    /// <param name="rollout">The rollout in force.</param>
    /// <param name="answers">The outcome of each request.</param>
    /// <param name="planChanged">Whether the plan changed during the round.</param>
    internal static DemoReport From(Uri api, RolloutPlan rollout, IReadOnlyCollection<DemoAnswer> answers, bool planChanged)
    {
        var assigned = answers.Count(static answer => answer.Variant is not null);
        var groups = answers.ToLookup(static answer => (Variant: answer.Variant ?? "-", answer.Version));
        var planned = rollout.Variants.Reverse().Select(static variant => (variant.Name, (int?)variant.Version.Number)).ToList();
        var figures = planned.Concat(groups.Select(static group => group.Key).Except(planned).Order())
            .Select(key => VariantFigures.From(key, [.. groups[key]], answers.Count, planChanged ? null : rollout))
            .ToList();
        var failures = new SortedDictionary<string, int>(
            answers.Where(static answer => answer.Failure is not null).CountBy(static answer => answer.Failure!).ToDictionary(),
            StringComparer.Ordinal);
        var failed = failures.Values.Sum();

        var remarks = new List<string>();
        if (failed > 0)
            remarks.Add($"{failed:N0} of {answers.Count:N0} requests failed: " +
                $"{string.Join(", ", failures.Select(static pair => $"{pair.Value:N0} x {pair.Key}"))}");
        var askew = new List<string>();
        if (planChanged)
            remarks.Add("the shares are not checked, because the plan changed during the round");
        else if (rollout.RoutingKeyHeader is { } header)
            remarks.Add($"the shares are not checked, because the routing key {header} sends all requests of a customer to one variant");
        else
            askew = [.. figures.Select(variant => variant.Deviation(assigned)).OfType<string>()];
        return new DemoReport
        {
            Api = api.GetLeftPart(UriPartial.Authority),
            Model = DemoModel.Name.Text,
            Requests = answers.Count,
            Failed = failed,
            Variants = figures,
            Failures = failures,
            Remarks = [.. remarks, .. askew],
            AsExpected = failed == 0 && askew.Count == 0,
        };
    }

    // Within 80 columns.
    internal Table Table()
    {
        var table = new Table().AddColumns("variant", "version", "requests", "share", "expected", "errors", "p50 ms", "p99 ms");
        foreach (var column in table.Columns.Skip(2))
            column.RightAligned();
        foreach (var row in Variants)
        {
            table.AddRow(
                Markup.Escape(row.Variant),
                row.Version?.ToString(CultureInfo.InvariantCulture) ?? "-",
                row.Requests.ToString("N0", CultureInfo.InvariantCulture),
                Percent(row.Share),
                Percent(row.ExpectedShare),
                Percent(row.ErrorRate),
                Milliseconds(row.P50Milliseconds),
                Milliseconds(row.P99Milliseconds));
        }

        return table;
    }

    private static string Percent(double? share) =>
        share is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number * 100:0.00}%") : "-";

    private static string Milliseconds(double? time) =>
        time is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number:0.00}") : "-";
}
