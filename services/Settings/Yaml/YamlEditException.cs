namespace ModelServing.Settings.Yaml;

/// <summary>The text cannot be edited as requested. The message says why.</summary>
internal sealed class YamlEditException(string message) : Exception(message);
