namespace ModelServing.Clients;

/// <summary>A client that has API keys, with its limit.</summary>
internal sealed record KeyClient(Client Client, ClientLimiter? Limiter);
