namespace ModelServing.Router.Forwarding;

/// <summary>The client's body did not arrive by the deadline, or is no longer needed.</summary>
internal sealed class BodyLateException : Exception;
