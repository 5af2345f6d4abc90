using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using ModelServing.Hosting;

namespace ModelServing.Router.Forwarding;

/// <summary>The span of an attempt, of which the version's spans are children. It is made only for an exporter.</summary>
internal static class AttemptSpan
{
    /// <summary>Starts the span; null for none.</summary>
    internal static Activity? Start(Attempt attempt)
    {
        var span = Tracing.Source.StartActivity("attempt", ActivityKind.Client);
        if (span is null)
            return null;
        span.SetTag(Tracing.RequestId, attempt.RequestId);
        span.SetTag(Tracing.Model, attempt.Route.Model.Text);
        span.SetTag(Tracing.Version, attempt.Route.Version.Number);
        span.SetTag(Tracing.Variant, attempt.Route.Variant);
        return span;
    }

    /// <summary>Adds how the attempt ended.</summary>
    internal static void End(Activity span, in AttemptResult result)
    {
        if (result.Status != 0)
            span.SetTag(Tracing.Status, result.Status);
        if (result.Endpoint is { } endpoint)
            span.SetTag("server.address", endpoint.Entry.Address);
        if (result.Cause is not (ForwardResult.Answered or ForwardResult.HeldBack))
            span.SetTag(Tracing.Error, result.Cause.ToString());
        if (result.IsFailure || result.Status >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
    }
}
