using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Errors;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>Turns the end of a forwarded request into the problem and the detail that its client gets.</summary>
internal static class ForwardProblem
{
    /// <summary>Explains how forwarding ended. The problem is null if the request needs no answer of ours.</summary>
    /// <param name="result">How forwarding ended.</param>
    /// <param name="route">The variant at which it ended.</param>
    /// <param name="timeout">The time that the caller gave.</param>
    internal static (Problem? Problem, string Detail) Explain(ForwardResult result, VariantRoute route, TimeSpan timeout) => result switch
    {
        ForwardResult.NoReadyEndpoint => (Problems.NoReadyEndpoint, $"No endpoint of {route.Model} version {route.Version} is ready"),
        ForwardResult.ConnectionLost =>
            (Problems.ConnectionLost, $"The connection to {route.Model} version {route.Version} was lost before its answer was complete"),
        ForwardResult.BadAnswer => (Problems.BadAnswer, $"The answer of {route.Model} version {route.Version} is not valid HTTP/1.1"),
        ForwardResult.Deadline => (
            Problems.Deadline,
            $"{route.Model} version {route.Version} did not answer within the request's {timeout.TotalMilliseconds:0} ms"),
        ForwardResult.BodyLate => (
            Problems.BodyLate,
            $"The request body was not complete within the {timeout.TotalMilliseconds:0} ms that {route.Model} has to answer"),
        _ => (null, ""),
    };

    /// <summary>Explains why a model has no answer: the planned stable version is condemned, and the last good rollout has no ready
    /// endpoint.</summary>
    internal static (Problem Problem, string Detail) ExplainCondemned(VariantRoute route, ModelVersion condemned) =>
        (Problems.CondemnedStable,
            $"The plan's stable version {condemned} of {route.Model} is condemned, and no endpoint of the version before it, " +
            $"{route.Version}, is ready; see 'ms status' for the reason");

    /// <summary>Explains a request in which Kestrel found a fault.</summary>
    internal static (Problem Problem, string Detail) Explain(BadHttpRequestException e, RouterSettings settings) => e.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => (Problems.BodyTooLarge, $"The request body has more than {settings.MaxRequestBytes} bytes"),
        StatusCodes.Status408RequestTimeout => (Problems.BodyLate, e.Message),
        _ => (Problems.BadRequest, e.Message),
    };
}
