using Microsoft.AspNetCore.Http;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;

namespace ModelServing.Router.Forwarding;

/// <summary>A first attempt that failed, or was slow, at a variant beside stable. It is evidence only if stable answers the same request
/// well.</summary>
/// <param name="Attempt">The first attempt.</param>
/// <param name="Result">How it ended.</param>
internal sealed record FirstFailure(Attempt Attempt, AttemptResult Result)
{
    /// <summary>Whether the version is not to blame, whatever stable answers: it only missed a deadline that its caller shortened, or it
    /// refused the request because of others or of a length.</summary>
    internal bool IsExcused => Result.IsRefusal || (Attempt.IsShortened && Result.HasMissedDeadline);

    /// <summary>How stable's process counts its answer. Only an error and a non-finite answer are evidence there: failures that a version's
    /// own process can count, so that those of stable are counted too.</summary>
    internal Comparison Comparison
    {
        get
        {
            var kind = Result switch
            {
                _ when IsExcused => Comparison.Excused,
                { Cause: ForwardResult.NoReadyEndpoint } => Comparison.Unreachable,
                { Cause: ForwardResult.ConnectionLost or ForwardResult.BadAnswer } => Comparison.Broken,
                { IsFailure: false, Status: < StatusCodes.Status400BadRequest } => Comparison.Slow,
                { IsNonFinite: true, Status: < StatusCodes.Status400BadRequest } => HeaderNames.NonFinite,
                _ => Comparison.Error,
            };
            var route = Attempt.Route;
            return new Comparison(route.Variant, route.Version, route.Trial, kind);
        }
    }
}
