using ModelServing.Rollout.Guard;
using ModelServing.Router.Rollouts.Watching;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Rollouts;

/// <summary>A failed first attempt that waits to be counted.</summary>
/// <param name="Model">The model as of the request's table.</param>
/// <param name="Watched">The variant that failed; null for stable.</param>
/// <param name="Outcome">How it failed.</param>
/// <param name="LostEndpoint">The endpoint whose connection was lost; null for other failures.</param>
/// <param name="KeyHash">The hash of the routing key within the client; null for a request without one.</param>
/// <param name="ClientHash">The hash of the client's name.</param>
/// <param name="Time">When it ended.</param>
internal readonly record struct FailedAttempt(
    ModelRoute Model,
    WatchedVariant? Watched,
    CallOutcome Outcome,
    string? LostEndpoint,
    ulong? KeyHash,
    ulong ClientHash,
    DateTimeOffset Time);
