namespace ModelServing.Router.Forwarding;

/// <summary>The client's body did not arrive by the deadline, or is not needed any more.</summary>
internal sealed class BodyLateException : Exception;
