namespace ModelServing.Router.Forwarding.Wire;

/// <summary>The endpoint's connection ended before its answer was complete.</summary>
internal sealed class ConnectionEndedException(Exception? inner = null) : Exception(message: null, inner);
