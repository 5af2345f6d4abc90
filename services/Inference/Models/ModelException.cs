namespace ModelServing.Inference.Models;

/// <summary>An artifact can't be served. The message says why.</summary>
internal sealed class ModelException(string message, Exception? cause = null) : Exception(message, cause);
