namespace ModelServing.Settings.Schema;

/// <summary>A key of a map, with its value.</summary>
/// <param name="Position">The position of the key; null if the settings did not come from a file.</param>
public sealed record MappingEntry(string Key, SettingsNode Value, TextPosition? Position);
