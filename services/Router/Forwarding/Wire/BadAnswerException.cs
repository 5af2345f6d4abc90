namespace ModelServing.Router.Forwarding.Wire;

/// <summary>An endpoint's answer is not valid HTTP/1.1. The message has the reason.</summary>
internal sealed class BadAnswerException(string message) : Exception(message);
