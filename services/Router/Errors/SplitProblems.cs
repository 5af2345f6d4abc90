using Microsoft.AspNetCore.Http;
using ModelServing.Hosting;

namespace ModelServing.Router.Errors;

/// <summary>The errors that only the function TrafficSplitter gets, and no caller.</summary>
internal static class SplitProblems
{
    internal static readonly Problem OutdatedAssignment =
        new(StatusCodes.Status409Conflict, "outdated-assignment", "The rollout has changed");
    internal static readonly Problem NoRetryBudget =
        new(StatusCodes.Status503ServiceUnavailable, "no-retry-budget", "Too many retries");
    internal static readonly Problem NoKey = new(StatusCodes.Status401Unauthorized, "split-key", "Wrong key");
}
