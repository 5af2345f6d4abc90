namespace ModelServing.Settings.Schema;

/// <summary>An error in the settings.</summary>
/// <param name="Path">The setting, such as <c>modelserving:models.fraud.canary.percent</c>; empty for the whole file.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
/// <param name="Position">The position in the stack file; null if the settings did not come from a file.</param>
public sealed record SettingsFault(string Path, string Message, TextPosition? Position)
{
    /// <summary>Formats the fault as one line, the way compilers do.</summary>
    /// <param name="file">The name of the file.</param>
    public string ToLine(string file) =>
        (Position is { } at ? $"{file}:{at.Line}:{at.Column}: " : $"{file}: ") + (Path.Length > 0 ? Path + ": " : "") + Message;
}
