namespace ModelServing.Cli.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Check">The check, in one or two words.</param>
/// <param name="State">The result.</param>
/// <param name="Text">What was found, or why it could not be asked. One sentence without a full stop.</param>
/// <param name="Fix">The command or the step that corrects it; null for none.</param>
internal sealed record Finding(string Check, FindingState State, string Text, string? Fix = null)
{
    internal static Finding Good(string check, string text) => new(check, FindingState.Good, text);

    internal static Finding Wrong(string check, string text, string? fix) => new(check, FindingState.Wrong, text, fix);

    internal static Finding Unasked(string check, string text, string? fix = null) => new(check, FindingState.Unasked, text, fix);

    internal static Finding Note(string check, string text, string? fix = null) => new(check, FindingState.Note, text, fix);
}
