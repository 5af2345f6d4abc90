using ModelServing.Router.Endpoints;

namespace ModelServing.Router.Forwarding;

/// <summary>What became of a request that was to be sent.</summary>
/// <param name="Endpoint">The endpoint that has the request; null if none accepted a connection.</param>
/// <param name="Answer">The endpoint's answer, of which only the head was read; null if the call broke before.</param>
/// <param name="Failure">Why there is no answer.</param>
internal readonly record struct SendResult(Endpoint? Endpoint, HttpResponseMessage? Answer, ForwardResult Failure);
