using ModelServing.Hosting;

namespace ModelServing.Router.Clients;

/// <summary>What became of a request at the door: a client, or a problem, what it is, and when trying again can help.</summary>
internal readonly record struct Admitted(Client? Client, Problem? Problem, string Detail, TimeSpan? RetryAfter);
