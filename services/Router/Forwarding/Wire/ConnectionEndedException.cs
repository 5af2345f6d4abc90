namespace ModelServing.Router.Forwarding.Wire;

/// <summary>The endpoint closed the connection before its answer was complete.</summary>
internal sealed class ConnectionEndedException : Exception;
