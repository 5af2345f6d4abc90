namespace ModelServing.Stacks.Preview.Summary;

/// <summary>One thing that a change does, in the user's words.</summary>
/// <param name="Text">What happens.</param>
/// <param name="Risk">The class of risk; null for none.</param>
internal sealed record SummaryLine(string Text, RiskClass? Risk = null);
