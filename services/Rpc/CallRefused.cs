using ModelServing.Hosting;

namespace ModelServing.Rpc;

/// <summary>Counts a call that is refused before it becomes a request. The host's own metrics of requests don't have it, so a host that
/// counts its requests adds this as a service.</summary>
/// <param name="problem">Why the call is refused.</param>
public delegate void CallRefused(Problem problem);
