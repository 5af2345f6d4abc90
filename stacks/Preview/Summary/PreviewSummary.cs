using System.Globalization;
using ModelServing.Stacks.Preview.Capacity;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>What a change does, in the user's words: the first part of a preview.</summary>
/// <param name="Lines">What happens: rollouts, pods, losses, rights, reach, cost, and what could not be compared.</param>
/// <param name="Risks">One line for each class of risk that there is, in the form <c>risk: CLASS: what</c>.</param>
internal sealed record PreviewSummary(IReadOnlyList<string> Lines, IReadOnlyList<string> Risks)
{
    /// <summary>How a line about a risk begins. A workflow reads it.</summary>
    private const string RiskStart = "risk: ";

    private const int MostNames = 10;

    /// <summary>Describes a comparison. Without a stack to compare with, only the rollouts, who splits
    /// their traffic, and their interfaces.</summary>
    internal static PreviewSummary From(StackComparison comparison)
    {
        if (comparison is { Left: not null, IsEmpty: true })
            return new(["nothing changes"], []);
        SummaryLine[] unknown = [.. NotCompared(comparison)];
        SummaryLine[] lines = comparison.Left is null
            ?
            [
                .. RolloutSummary.From(comparison),
                .. SplittingSummary.From(comparison),
                .. InterfaceSummary.From(comparison),
                .. CapacitySummary.From(comparison),
            ]
            :
            [
                .. RolloutSummary.From(comparison),
                .. SplittingSummary.From(comparison),
                .. InterfaceSummary.From(comparison),
                .. PodSummary.From(comparison),
                .. CapacitySummary.From(comparison),
                .. LossSummary.From(comparison),
                .. RightsSummary.From(comparison),
                .. ReachSummary.From(comparison),
                .. CostSummary.From(comparison),
                .. unknown,
            ];
        return new(
            [.. lines.Where(line => unknown.Length == 0 || !line.IsAbsence).Select(static line => line.Text).Distinct()],
            [
                .. from risk in Enum.GetValues<RiskClass>()
                   let texts = lines.Where(line => line.Risk == risk).Select(static line => line.Text).Distinct()
                   where texts.Any()
                   select $"{RiskStart}{NameOf(risk)}: {string.Join("; ", texts)}",
            ]);
    }

    /// <summary>The summary of a stack that did not exist: all of it is new.</summary>
    internal PreviewSummary OfNewStack() => this with
    {
        Risks =
        [
            .. ((RiskClass[])[RiskClass.NewRight, RiskClass.Cost])
                .Select(static risk => $"{RiskStart}{NameOf(risk)}: the whole stack is new"),
        ],
    };

    private static string NameOf(RiskClass risk) => risk switch
    {
        RiskClass.DataLoss => "data loss",
        RiskClass.Outage => "outage",
        RiskClass.NewRight => "new right",
        RiskClass.Cost => "cost",
        _ => throw new ArgumentOutOfRangeException(nameof(risk)),
    };

    private static IEnumerable<SummaryLine> NotCompared(StackComparison comparison)
    {
        var names = comparison.Changes.SelectMany(static change => change.NotComparable.Select(path => $"{change.Title} {path}")).ToList();
        if (comparison.Left is { IsComplete: false })
            names.Add("clients and the options of resources, which the earlier program does not report");
        if (names.Count == 0)
            return [];
        var shown = string.Join("; ", names.Take(MostNames));
        var more = names.Count > MostNames ? string.Create(CultureInfo.InvariantCulture, $"; and {names.Count - MostNames} more") : "";
        return [new(string.Create(CultureInfo.InvariantCulture, $"not comparable: {names.Count}: {shown}{more}"))];
    }
}
