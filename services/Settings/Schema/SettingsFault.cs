namespace ModelServing.Settings.Schema;

/// <summary>A fault in the settings.</summary>
/// <param name="Path">The setting, as in <c>modelserving:models.fraud.canary.percent</c>; empty for the whole file.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
/// <param name="Place">Where it stands; null when the settings came without a text.</param>
public sealed record SettingsFault(string Path, string Message, TextPosition? Place)
{
    /// <summary>The fault in one line, as compilers write them.</summary>
    /// <param name="file">The file's name.</param>
    public string ToLine(string file) =>
        (Place is { } place ? $"{file}:{place.Line}:{place.Column}: " : $"{file}: ") + (Path.Length > 0 ? Path + ": " : "") + Message;
}
