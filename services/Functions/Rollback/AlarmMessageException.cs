namespace ModelServing.Functions.Rollback;

/// <summary>The payload is not an alarm's message. The exception's message says why.</summary>
internal sealed class AlarmMessageException(string message) : Exception(message);
