namespace ModelServing.Stacks.Preview.Summary;

/// <summary>One thing that a change does, in the user's words.</summary>
/// <param name="Text">What happens.</param>
/// <param name="Risk">The class of risk; null for none.</param>
internal sealed record SummaryLine(string Text, RiskClass? Risk = null)
{
    /// <summary>Whether it says that something does not happen, which is known only if everything can be compared.</summary>
    internal bool IsAbsence { get; private init; }

    /// <summary>A line about something that does not happen.</summary>
    internal static SummaryLine Absence(string text) => new(text) { IsAbsence = true };
}
