using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>One call to one variant on behalf of one request.</summary>
internal sealed record Attempt
{
    // Less, because reading any body takes a little of the deadline.
    private const double EnoughOfDeadline = 0.9;

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

    /// <summary>Whether the caller leaves the version less time than its model gives: by a shorter timeout, or by a body that takes long to
    /// arrive. A version that only misses this deadline is not at fault.</summary>
    internal bool IsShortened { get; init; }

    /// <summary>A caller that leaves the version less time than this has shortened it: the attempt limit, or most of the
    /// deadline.</summary>
    internal TimeSpan LeastTime
    {
        get
        {
            var most = Timeout * EnoughOfDeadline;
            return Limit > 0 && Model.LimitOf(Timeout) is var limit && limit < most ? limit : most;
        }
    }

    /// <summary>The attempt limit, in the clock's ticks from the end of the request's body; 0 for none. It cuts off only an attempt with a
    /// <see cref="Retry"/>; every attempt is compared with it afterwards.</summary>
    internal long Limit { get; init; }

    /// <summary>Whether the attempt, which is not shortened so far, is shortened by a body that ended at <paramref name="bodyEnd"/>, or by
    /// an attempt before.</summary>
    internal bool IsShortenedAt(long bodyEnd, TimeProvider time) =>
        !IsShortened && time.GetElapsedTime(bodyEnd, Deadline) < LeastTime;

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

    /// <summary>Whether the function TrafficSplitter assigned the request. It makes the retry and counts failures.</summary>
    internal bool IsSplit { get; init; }

    /// <summary>In the retry of such a request: the failed attempt; null for every other attempt.</summary>
    internal Comparison? Failed { get; init; }

    /// <summary>In such a retry: the failed attempt's limit.</summary>
    internal TimeSpan FailedWithin { get; init; }

    /// <summary>Whether it is the second try at the same version: the process was lost with the first (<see cref="SecondTry"/>).</summary>
    internal bool IsSecondTry { get; init; }

    /// <summary>The endpoints of the route that are left out, as bits of their indices: those that had the request before.</summary>
    internal ulong LeftOut { get; init; }

    /// <summary>Whether an attempt of the same request came before.</summary>
    internal bool IsRetry => First is not null || Failed is not null || IsSecondTry;

    /// <summary>Whether this is the first attempt of a request that the rollout assigned, and therefore evidence about its
    /// variant.</summary>
    internal bool IsReported { get; init; }

    /// <summary>Whether the request to the version names the group of its client. Among requests of a model with several variants, only
    /// those that count do.</summary>
    internal bool NamesClient =>
        IsReported || IsRetry
        || (Action == ModelAction.Infer && Model.AttemptLimit is null && Route.Variant != VariantPlan.Pinned);

    /// <summary>The possible retry on stable; null without one. With it, the body is kept for stable, and a failure is held back from
    /// the client while the retry is available.</summary>
    internal Retry? Retry { get; init; }

    /// <summary>Whether the body is kept for another attempt, so that the caller of this one releases it.</summary>
    internal bool KeepsBody
    {
        get => field || Retry is not null;
        init;
    }
}
