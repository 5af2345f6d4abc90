using System.Globalization;

namespace ModelServing.Hosting.Access;

/// <summary>One attempt of one request, as the router or the version saw it; or one request of another host.</summary>
public readonly record struct AccessRecord
{
    /// <summary>The host that made the record.</summary>
    public required AccessSource Source { get; init; }

    /// <summary>The request's identifier; a default value for a request to a version without one.</summary>
    public required Ulid RequestId { get; init; }

    /// <summary>When the request began, to the microsecond.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The attempt, from 1; 0 for a request that was answered without one.</summary>
    public required int Attempt { get; init; }

    /// <summary>The model; null if none was found.</summary>
    public string? Model { get; init; }

    /// <summary>The version; 0 if none was found.</summary>
    public int Version { get; init; }

    /// <summary>The variant; null if none was found.</summary>
    public string? Variant { get; init; }

    /// <summary>What the request did, in a word, at a host without attempts; null at a router or version.</summary>
    public string? Operation { get; init; }

    /// <summary>The answer's status; 0 if there was no answer.</summary>
    public required int Status { get; init; }

    /// <summary>What the status does not tell, such as the kind of the problem; null for an ordinary answer.</summary>
    public string? Reason { get; init; }

    /// <summary>The W3C trace that the request belongs to; 0 for none.</summary>
    public UInt128 Trace { get; init; }

    public required AccessTimes Times { get; init; }

    /// <summary>Whether the record is about an attempt of a router's request.</summary>
    public bool IsOfAttempt => Source is AccessSource.Router or AccessSource.Version;

    /// <summary>Whether the attempt failed, so that it is always logged.</summary>
    public bool IsFailure => HasFailed(Status, Reason);

    /// <summary>Whether an attempt with that end failed.</summary>
    public static bool HasFailed(int status, string? reason) => reason is AccessReasons.HeldBack or AccessReasons.NonFinite
        || (status is 0 or >= 500 && reason != AccessReasons.ClientLeft);

    /// <summary>Reads the trace of a header <c>traceparent</c>; 0 without that header.</summary>
    public static UInt128 TraceOf(string? traceParent) =>
        traceParent is { Length: >= 55 } && traceParent[2] == '-' && traceParent[35] == '-'
        && UInt128.TryParse(
            traceParent.AsSpan(3, 32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var trace)
            ? trace
            : UInt128.Zero;
}
