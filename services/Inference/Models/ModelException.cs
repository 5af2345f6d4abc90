namespace ModelServing.Inference.Models;

/// <summary>An artifact that can't be served; the message says why.</summary>
internal sealed class ModelException(string message, Exception? cause = null) : Exception(message, cause);
