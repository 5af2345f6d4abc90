using ModelServing.Contracts;

namespace ModelServing.Router.Sources;

/// <summary>Where the versions answer, by one of the forms of <see cref="RouterSettings.Endpoints"/>. What can't be had changes nothing:
/// the last good endpoints stay, the reason is logged and counted.</summary>
internal interface IEndpointSource
{
    /// <summary>The endpoints that were had last.</summary>
    EndpointsDocument Current { get; }

    /// <summary>Why nothing is known of the endpoints; null, and from then on always, once something is. That there are none is
    /// something.</summary>
    string? Unknown { get; }

    /// <summary>Brings <see cref="Current"/> up to date for versions that are about to be routed to: a plan must not meet older endpoints than
    /// it was written for. Takes a bounded time.</summary>
    Task ReadForAsync(IReadOnlyCollection<(ModelName Model, ModelVersion Version)> versions, CancellationToken cancellation);

    /// <summary>Follows the endpoints and calls <paramref name="changed"/> each time <see cref="Current"/> or <see cref="Unknown"/> is another.</summary>
    Task FollowAsync(Func<Task> changed, CancellationToken cancellation);
}
