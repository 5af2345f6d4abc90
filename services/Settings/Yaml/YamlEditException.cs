namespace ModelServing.Settings.Yaml;

/// <summary>A value can't be set in the text; the message says what is in the way.</summary>
internal sealed class YamlEditException(string message) : Exception(message);
