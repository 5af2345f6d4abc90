using ModelServing.Contracts;

namespace ModelServing.Router.Sources;

/// <summary>Provides the versions' endpoints, from the source that <see cref="RouterSettings.Endpoints"/> names. A failure changes nothing:
/// the last good endpoints stay, and the reason is logged and counted.</summary>
internal interface IEndpointSource
{
    /// <summary>The last good endpoints.</summary>
    EndpointsDocument Current { get; }

    /// <summary>Why the endpoints are unknown; null as soon as they are known once, and from then on. An empty list is known.</summary>
    string? Unknown { get; }

    /// <summary>Updates <see cref="Current"/> for versions that are about to get requests: a plan must not be combined with endpoints that
    /// are older than the plan. Takes a bounded time.</summary>
    Task ReadForAsync(IReadOnlyCollection<(ModelName Model, ModelVersion Version)> versions, CancellationToken cancellation);

    /// <summary>Follows the endpoints until it is canceled, and calls <paramref name="changed"/> each time <see cref="Current"/> or
    /// <see cref="Unknown"/> changes. An exception of <paramref name="changed"/> ends this, and the next call begins with the same
    /// change.</summary>
    Task FollowAsync(Func<Task> changed, CancellationToken cancellation);
}
