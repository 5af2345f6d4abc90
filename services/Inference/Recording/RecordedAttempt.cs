using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Hosting.Access;
using ModelServing.Predictions.Records;

namespace ModelServing.Inference.Recording;

/// <summary>What the record of an attempt needs of its request: who it is, how it was assigned, and when its parts ended. It reads the
/// request's headers only while the request is not answered.</summary>
internal sealed class RecordedAttempt
{
    // Longer ones come from no router. They would make the record large.
    private const int MostHeader = 64;

    private readonly HttpContext context;

    /// <param name="context">The request. Without a router's identifier, it gets one, and so does its answer.</param>
    /// <param name="times">When its parts ended.</param>
    /// <param name="time">The time of a new identifier.</param>
    internal RecordedAttempt(HttpContext context, AnswerTimes times, TimeProvider time)
    {
        this.context = context;
        Times = times;
        var headers = context.Request.Headers;
        // An identifier that does not come with a router's assignment may be anybody's.
        if (headers[HeaderNames.ModelVariant].Count == 1 && headers[HeaderNames.RequestId] is [{ } id] && RequestIds.IsValid(id))
        {
            RequestId = id;
            return;
        }

        RequestId = Ulid.NewUlid(time.GetUtcNow()).ToString();
        context.Response.Headers[HeaderNames.RequestId] = RequestId;
    }

    /// <summary>The request's identifier, a ULID.</summary>
    internal string RequestId { get; }

    /// <summary>When its parts ended.</summary>
    internal AnswerTimes Times { get; }

    /// <summary>The trace that the request belongs to; 0 for none.</summary>
    internal UInt128 Trace => AccessRecord.TraceOf(context.Request.Headers.TraceParent is [{ } trace] ? trace : null);

    internal RecordHead Head(VersionSettings settings, TimeProvider time, int status, string? reason, bool isNonFinite)
    {
        var headers = context.Request.Headers;
        var variant = Short(headers, HeaderNames.ModelVariant);
        var isAssigned = variant is not null;
        var failover = headers[HeaderNames.ModelFailover] is [{ } first] ? first : null;
        return new RecordHead
        {
            RequestId = RequestId,
            Attempt = failover is null ? PredictionAttempts.First : PredictionAttempts.Second,
            Time = time.GetUtcNow() - time.GetElapsedTime(Times.Began),
            Model = settings.Model.Text,
            Version = settings.Version.Number,
            Variant = variant ?? HeaderNames.DirectVariant,
            Revision = isAssigned ? Short(headers, HeaderNames.ModelRevision) : null,
            Trial = isAssigned
                && int.TryParse(Short(headers, HeaderNames.ModelTrial), NumberStyles.None, CultureInfo.InvariantCulture, out var trial)
                ? trial
                : 0,
            Experiment = isAssigned ? Short(headers, HeaderNames.ModelExperiment) : null,
            RoutingKey = isAssigned && Short(headers, HeaderNames.RoutingKeyHash) is { Length: 2 * RecordWriter.HashBytes } hex
                && hex.All(char.IsAsciiHexDigit)
                ? Convert.FromHexString(hex)
                : default,
            Status = status,
            Reason = reason,
            IsNonFinite = isNonFinite,
            IsComparison = failover?.EndsWith(Comparison.SlowSuffix, StringComparison.Ordinal) == true,
        };
    }

    private static string? Short(IHeaderDictionary headers, string name) =>
        headers[name] is [{ Length: > 0 and <= MostHeader } value] ? value : null;
}
