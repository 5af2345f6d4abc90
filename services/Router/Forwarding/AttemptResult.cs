using ModelServing.Router.Endpoints;

namespace ModelServing.Router.Forwarding;

/// <summary>How an attempt ended.</summary>
/// <param name="Result">How.</param>
internal readonly record struct AttemptResult(ForwardResult Result)
{
    /// <summary>What broke an answer that was <see cref="ForwardResult.CutShort"/>; otherwise the result itself.</summary>
    internal ForwardResult Cause { get; init; } = Result;

    /// <summary>The endpoint that had the request; null where none took a connection.</summary>
    internal Endpoint? Endpoint { get; init; }

    /// <summary>The answer's status; 0 for none.</summary>
    internal int Status { get; init; }

    /// <summary>Whether the version says that its outputs hold NaN or infinity.</summary>
    internal bool IsNonFinite { get; init; }

    /// <summary>From the end of the request's body to the end of the attempt, in the clock's ticks.</summary>
    internal long Elapsed { get; init; }
}
