namespace ModelServing.Router.Forwarding;

/// <summary>The client's body did not come by the deadline, or nobody wants it any more.</summary>
internal sealed class BodyLateException : Exception;
