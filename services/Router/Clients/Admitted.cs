using ModelServing.Hosting;

namespace ModelServing.Router.Clients;

/// <summary>The client of a request, or the problem that answers it, the detail of that, and when a retry can help.</summary>
internal readonly record struct Admitted(Client? Client, Problem? Problem, string Detail, TimeSpan? RetryAfter);
