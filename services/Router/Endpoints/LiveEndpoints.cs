namespace ModelServing.Router.Endpoints;

/// <summary>Returns the endpoints of the current routing table; none before the first one.</summary>
internal delegate IReadOnlyCollection<Endpoint> LiveEndpoints();
