using ModelServing.Hosting;

namespace ModelServing.Router.Clients;

/// <summary>What became of a credential: a client, or a problem and what it is.</summary>
internal readonly record struct TokenResult(Client? Client, Problem? Problem = null, string Detail = "");
