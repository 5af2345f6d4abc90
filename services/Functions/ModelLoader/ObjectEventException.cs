namespace ModelServing.Functions.ModelLoader;

/// <summary>What came is no event of an object; the message says why.</summary>
internal sealed class ObjectEventException(string message, Exception? cause = null) : Exception(message, cause);
