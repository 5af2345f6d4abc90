using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>One call to one variant on behalf of one request.</summary>
internal readonly struct Attempt
{
    internal required ModelRoute Model { get; init; }

    internal required VariantRoute Route { get; init; }

    internal required ModelAction Action { get; init; }

    internal required string RequestId { get; init; }

    /// <summary>When the request began, as the clock's timestamp.</summary>
    internal required long Began { get; init; }

    /// <summary>The caller's deadline, as the clock's timestamp.</summary>
    internal required long Deadline { get; init; }

    /// <summary>The caller's timeout. For an answer that is too long to be held, it is the longest pause of the version.</summary>
    internal required TimeSpan Timeout { get; init; }

    /// <summary>Whether the caller's timeout is shorter than the model's. An endpoint that only misses the shorter one is not at
    /// fault.</summary>
    internal bool IsShortened { get; init; }

    /// <summary>The attempt limit, in the clock's ticks from the end of the request's body; 0 for none. It cuts off only an attempt with a
    /// <see cref="Retry"/>; every attempt is compared with it afterwards.</summary>
    internal long Limit { get; init; }

    /// <summary>The hash of the client's routing key; null if the client gave none.</summary>
    internal ulong? KeyHash { get; init; }

    /// <summary>The keyed hash of the routing key for the prediction's record, in hexadecimal digits; null for none.</summary>
    internal string? RoutingKey { get; init; }

    /// <summary>The trace that the request belongs to, as in the header <c>traceparent</c>; null for none.</summary>
    internal string? TraceParent { get; init; }

    /// <summary>Whether <see cref="TraceParent"/> names the attempt's own span. If not, it is the caller's.</summary>
    internal bool IsTraced { get; init; }

    /// <summary>Whether the access log has the request's attempts in any case. Failed ones it has anyway.</summary>
    internal bool IsSampled { get; init; }

    /// <summary>The hash of the client's name. The guard counts failures by client.</summary>
    internal ulong ClientHash { get; init; }

    /// <summary>The failed first attempt with which this attempt on stable is compared; null for every other attempt.</summary>
    internal FirstFailure? First { get; init; }

    /// <summary>Whether this is the first attempt of a request that the rollout assigned, and therefore evidence about its
    /// variant.</summary>
    internal bool IsReported { get; init; }

    /// <summary>The possible retry on stable; null without one. With it, the body is kept for stable, and a failure is held back from
    /// the client while the retry is available.</summary>
    internal Retry? Retry { get; init; }
}
