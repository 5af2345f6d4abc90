namespace ModelServing.Cli.Conformance;

/// <summary>The result of a check.</summary>
/// <param name="Check">The question.</param>
/// <param name="State">What it has found.</param>
/// <param name="Why">The reason, unless it has passed.</param>
internal sealed record CheckResult(Check Check, CheckState State, string? Why = null);
