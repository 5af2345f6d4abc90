namespace ModelServing.Stacks.Preview;

/// <summary>A preview is not possible; the message says why.</summary>
internal sealed class PreviewException(string message) : Exception(message);
