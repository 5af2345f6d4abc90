using ModelServing.Registry;
using ModelServing.Registry.Safety;

namespace ModelServing.Cli;

/// <summary>The result of checking a version's artifact, as it is printed.</summary>
/// <param name="Outcome"><c>accepted</c>, <c>refused</c>, or <c>not checked</c>.</param>
/// <param name="Findings">Why the artifact is refused.</param>
/// <param name="MoreFindings">The number of further reasons.</param>
/// <param name="CheckedAt">The time of the check; null if there was none.</param>
/// <param name="CheckedBy">The program that checked it; null if there was no check.</param>
internal sealed record ModelVerdict(
    string Outcome,
    IReadOnlyList<Finding> Findings,
    int MoreFindings,
    DateTimeOffset? CheckedAt,
    string? CheckedBy)
{
    internal static ModelVerdict From(Verdict? verdict) => verdict is null
        ? new ModelVerdict("not checked", [], 0, null, null)
        : new ModelVerdict(
            verdict.Outcome == VerdictOutcome.Accepted ? "accepted" : "refused",
            verdict.Findings,
            verdict.MoreFindings,
            verdict.CheckedAt,
            verdict.CheckedBy)
        {
            Untried = verdict.Untried,
        };

    /// <summary>An unreadable manifest is refused without a stored verdict, because it can't be served.</summary>
    internal static ModelVerdict Unreadable(RegistryException e) =>
        new("refused", [new Finding(FindingCode.ManifestUnreadable, e.Key.Text, e.Message)], 0, null, null);

    /// <summary>Why the model was not run; null if it was, or if that is unknown.</summary>
    public string? Untried { get; private init; }

    public override string ToString() => Findings.Count == 0
        ? Outcome + (Untried is null ? "" : $", not run: {Untried}")
        : $"{Outcome}: {Findings[0]}{(Findings.Count - 1 + MoreFindings is > 0 and var others ? $", and {others} more" : "")}";
}
