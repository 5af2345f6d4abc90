using ModelServing.Hosting;

namespace ModelServing.Clients;

/// <summary>The client of a token, or the problem that answers the request and the detail of that.</summary>
internal readonly record struct TokenResult(Client? Client, Problem? Problem = null, string Detail = "");
