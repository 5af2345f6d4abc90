namespace ModelServing.Registry.Safety;

/// <summary>What was found in an artifact.</summary>
/// <param name="Findings">What is wrong with it; empty when nothing is.</param>
/// <param name="MoreFindings">How many further findings there are.</param>
public sealed record ArtifactReport(IReadOnlyList<Finding> Findings, int MoreFindings)
{
    /// <summary>Whether it may be loaded.</summary>
    public bool IsAccepted => Findings.Count == 0;
}
