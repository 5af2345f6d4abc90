namespace ModelServing.Functions.ModelLoader;

/// <summary>The payload is not an object's event. The exception's message says why.</summary>
internal sealed class ObjectEventException(string message, Exception? cause = null) : Exception(message, cause);
