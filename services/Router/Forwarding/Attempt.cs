using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>One try of a request at one variant.</summary>
internal readonly struct Attempt
{
    /// <summary>The model, whose retries have one budget.</summary>
    internal required ModelRoute Model { get; init; }

    /// <summary>The variant.</summary>
    internal required VariantRoute Route { get; init; }

    internal required ModelAction Action { get; init; }

    internal required string RequestId { get; init; }

    /// <summary>When the caller's time is over, as the clock's timestamp.</summary>
    internal required long Deadline { get; init; }

    /// <summary>The caller's time: for an answer that is too long to be held it is the longest pause of the version.</summary>
    internal required TimeSpan Timeout { get; init; }

    /// <summary>Whether the caller gave less time than the model has: an endpoint that is too late for that has done nothing wrong.</summary>
    internal bool IsShortened { get; init; }

    /// <summary>The attempt limit, in the clock's ticks from the end of the request's body; 0 for none. It cuts where there is a
    /// <see cref="Retry"/>, and is looked at afterwards everywhere.</summary>
    internal long Limit { get; init; }

    /// <summary>The hash of the routing key that the client gave; null when it gave none.</summary>
    internal ulong? KeyHash { get; init; }

    /// <summary>Whether it is the first attempt of a request that the rollout assigned between variants, so that it says something of its
    /// variant.</summary>
    internal bool IsReported { get; init; }

    /// <summary>Where stable can be asked instead: the body is left for it, and a failure is held back from the client while a retry can
    /// be had. Null elsewhere.</summary>
    internal Retry? Retry { get; init; }
}
