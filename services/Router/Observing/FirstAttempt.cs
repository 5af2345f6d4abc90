using ModelServing.Router.Endpoints;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Observing;

/// <summary>The first attempt of a request at the variant that it was assigned to. Retries, pinned requests and those of testers are none,
/// nor is what ended by the client's doing (it left, or its body came late).</summary>
internal readonly struct FirstAttempt
{
    /// <summary>The model as of the request's table.</summary>
    internal required ModelRoute Model { get; init; }

    /// <summary>The variant as of the request's table.</summary>
    internal required VariantRoute Variant { get; init; }

    /// <summary>The endpoint that had the request; null where none took a connection.</summary>
    internal required Endpoint? Endpoint { get; init; }

    internal required AttemptOutcome Outcome { get; init; }

    /// <summary>Whether the version says that its outputs hold NaN or infinity.</summary>
    internal required bool IsNonFinite { get; init; }

    /// <summary>Whether it took the attempt limit or longer; then it is an <see cref="AttemptOutcome.Error"/>, unless it is the
    /// client's.</summary>
    internal required bool PassedLimit { get; init; }

    /// <summary>From the end of the request's body to the end of the answer, or to whatever ended the attempt.</summary>
    internal required TimeSpan Elapsed { get; init; }

    /// <summary>The hash of the routing key that the client gave (<see cref="Rollout.Assignment.HashOf"/>); null for a request without one.</summary>
    internal required ulong? KeyHash { get; init; }
}
