namespace ModelServing.Functions.Listener;

/// <summary>The first line of a gateway's request.</summary>
/// <param name="Method">The method, as in GET.</param>
/// <param name="Url">The path and the query, as the caller sent them.</param>
internal sealed record GatewayRequest(string Method, string Url);
