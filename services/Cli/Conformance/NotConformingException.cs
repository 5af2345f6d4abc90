namespace ModelServing.Cli.Conformance;

/// <summary>An answer differs from what the protocol says.</summary>
/// <param name="message">What was expected, and what came.</param>
internal sealed class NotConformingException(string message) : Exception(message);
