namespace ModelServing.Registry.Safety;

/// <summary>The result of inspecting an artifact.</summary>
/// <param name="Findings">Everything that is wrong with the artifact; empty if nothing is.</param>
/// <param name="MoreFindings">The number of further findings, which are only counted.</param>
public sealed record ArtifactReport(IReadOnlyList<Finding> Findings, int MoreFindings)
{
    /// <summary>Whether it may be loaded.</summary>
    public bool IsAccepted => Findings.Count == 0;
}
