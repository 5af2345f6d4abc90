using ModelServing.Hosting;

namespace ModelServing.Clients;

/// <summary>The client of a request, or the problem that answers it, the detail of that, and when a retry can help.</summary>
public readonly record struct Admitted(Client? Client, Problem? Problem, string Detail, TimeSpan? RetryAfter);
