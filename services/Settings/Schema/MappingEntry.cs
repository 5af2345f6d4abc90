namespace ModelServing.Settings.Schema;

/// <summary>One key of a map with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Place">Where the key stands.</param>
public sealed record MappingEntry(string Key, SettingsNode Value, TextPosition? Place);
