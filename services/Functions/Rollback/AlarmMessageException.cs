namespace ModelServing.Functions.Rollback;

/// <summary>What came is no message of an alarm; the message says what is missing.</summary>
internal sealed class AlarmMessageException(string message) : Exception(message);
