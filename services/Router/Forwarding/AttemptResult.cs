using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using Endpoint = ModelServing.Router.Endpoints.Endpoint;

namespace ModelServing.Router.Forwarding;

/// <summary>How an attempt ended.</summary>
/// <param name="Result">The result that the client sees.</param>
internal readonly record struct AttemptResult(ForwardResult Result)
{
    /// <summary>The cause of a <see cref="ForwardResult.CutShort"/>; otherwise the result itself.</summary>
    internal ForwardResult Cause { get; init; } = Result;

    /// <summary>The endpoint that had the request; null if none accepted a connection.</summary>
    internal Endpoint? Endpoint { get; init; }

    /// <summary>The answer's status; 0 if there is no answer.</summary>
    internal int Status { get; init; }

    /// <summary>Whether the version reports that its outputs hold NaN or infinity.</summary>
    internal bool IsNonFinite { get; init; }

    /// <summary>Whether the version refused the request for a reason that other requests, or the lengths of this one's head and body, give
    /// it. The request is retried, and the version is not blamed.</summary>
    internal bool IsRefusal => IsBusy || RefusalStatus.Includes(Status);

    /// <summary>Whether the version refused the request, or was late, because of other requests.</summary>
    internal bool IsBusy { get; init; }

    /// <summary>The version's times, as it reports them; null if it reports none.</summary>
    internal string? Timing { get; init; }

    /// <summary>Whether the version failed, or may have. If it answered with a status from 400 to 499, only a comparison decides.</summary>
    internal bool IsFailure => Cause switch
    {
        ForwardResult.Answered or ForwardResult.HeldBack => Status >= 500 || IsNonFinite,
        ForwardResult.BadAnswer or ForwardResult.Deadline or ForwardResult.ConnectionLost => true,
        _ => false,
    };

    /// <summary>Whether the attempt ended because its time was over, in the router or at the version. For a version, the time may be over
    /// while it reads the body (408).</summary>
    internal bool HasMissedDeadline =>
        Cause == ForwardResult.Deadline || Status is StatusCodes.Status408RequestTimeout or StatusCodes.Status504GatewayTimeout;

    /// <summary>Whether the observer was called with it.</summary>
    internal bool WasObserved { get; init; }

    /// <summary>When the parts of the request began; a default value if no connection was needed.</summary>
    internal AttemptTimes Times { get; init; }

    /// <summary>When the attempt ended, as the clock's timestamp; 0 if no endpoint had the request.</summary>
    internal long Ended { get; init; }

    /// <summary>The version's time, in the clock's ticks: from the end of the request's body to the end of the attempt, without the time
    /// in which the client read.</summary>
    internal long Elapsed { get; init; }
}
