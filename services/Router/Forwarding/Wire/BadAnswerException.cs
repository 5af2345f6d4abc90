namespace ModelServing.Router.Forwarding.Wire;

/// <summary>An endpoint's answer is no HTTP/1.1; the message says what about it.</summary>
internal sealed class BadAnswerException(string message) : Exception(message);
