using ModelServing.Registry;
using ModelServing.Registry.Safety;

namespace ModelServing.Cli;

/// <summary>What was found when a version's artifact was checked, as it is printed.</summary>
/// <param name="Outcome"><c>accepted</c>, <c>refused</c>, or <c>not checked</c>.</param>
/// <param name="Findings">Why it is refused.</param>
/// <param name="MoreFindings">How many further reasons there are.</param>
/// <param name="CheckedAt">When; null when it was not checked.</param>
/// <param name="CheckedBy">By which program; null when it was not checked.</param>
internal sealed record ModelVerdict(string Outcome, IReadOnlyList<Finding> Findings, int MoreFindings, DateTimeOffset? CheckedAt, string? CheckedBy)
{
    internal static ModelVerdict From(Verdict? verdict) => verdict is null
        ? new ModelVerdict("not checked", [], 0, null, null)
        : new ModelVerdict(
            verdict.Outcome == VerdictOutcome.Accepted ? "accepted" : "refused", verdict.Findings, verdict.MoreFindings, verdict.CheckedAt, verdict.CheckedBy);

    /// <summary>No verdict is needed to know that what can't be read is not served.</summary>
    internal static ModelVerdict Unreadable(RegistryException e) =>
        new("refused", [new Finding(FindingCode.ManifestUnreadable, e.Key.Text, e.Message)], 0, null, null);

    public override string ToString() => Findings.Count == 0
        ? Outcome
        : $"{Outcome}: {Findings[0]}{(Findings.Count - 1 + MoreFindings is > 0 and var others ? $", and {others} more" : "")}";
}
