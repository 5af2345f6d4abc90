using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Hosting;
using ModelServing.Hosting.Access;

namespace ModelServing.Inference.Recording;

/// <summary>Adds each request to the access log, as the attempt that it is of the router's request.</summary>
internal sealed class AttemptLog(AccessLog log, VersionSettings settings, TimeProvider time)
{
    /// <summary>Adds a request that is answered. Never throws, and waits for nothing.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The answer's status; 499 if the caller left.</param>
    /// <param name="isNonFinite">Whether the answer contains NaN or infinity, and the request does not.</param>
    /// <param name="times">When its parts ended.</param>
    internal void Add(HttpContext context, int status, bool isNonFinite, AnswerTimes times)
    {
        var headers = context.Request.Headers;
        var id = IdOf(headers[HeaderNames.RequestId]) ?? IdOf(context.Response.Headers[HeaderNames.RequestId]) ?? default;
        var reason = isNonFinite ? AccessReasons.NonFinite : ReasonOf(context, status);
        if (!log.Wants(id, AccessRecord.HasFailed(status, reason)))
            return;
        var took = times.ToAccess();
        log.Add(new AccessRecord
        {
            Source = AccessSource.Version,
            RequestId = id,
            Time = time.GetUtcNow() - took.Total,
            Attempt = headers.ContainsKey(HeaderNames.ModelFailover) ? PredictionAttempts.Second : PredictionAttempts.First,
            Model = settings.Model.Text,
            Version = settings.Version.Number,
            Variant = headers[HeaderNames.ModelVariant] is [{ } variant] ? variant : HeaderNames.DirectVariant,
            Status = status,
            Reason = reason,
            Trace = AccessRecord.TraceOf(headers.TraceParent is [{ } trace] ? trace : null),
            Times = took,
        });
    }

    private static string? ReasonOf(HttpContext context, int status) => status switch
    {
        StatusCodes.Status499ClientClosedRequest => AccessReasons.ClientLeft,
        >= StatusCodes.Status400BadRequest => context.Features.Get<Problem>()?.Reason,
        _ => null,
    };

    private static Ulid? IdOf(string? text) => RequestIds.IsValid(text) && Ulid.TryParse(text, out var id) ? id : null;
}
