using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Reporting;

/// <summary>Counts requests by variant and trial, which the router passes in headers. Counting a request takes no lock and allocates
/// nothing, except for the first request of a stream. Readers do both.</summary>
internal sealed class RequestRecorder
{
    // Long enough that no request is still counting in a stream when it is removed.
    private const int IdleMinutesBeforeRemoval = 10;

    private readonly Lock changing = new();
    private readonly StreamCounters direct = new(HeaderNames.DirectVariant, null, 0);
    private StreamCounters[] streams;
    private long uncounted;

    public RequestRecorder() => streams = [direct];

    /// <summary>Counts an answered request.</summary>
    /// <param name="request">The request's headers.</param>
    /// <param name="status">The answer's status; 499 if the caller disconnected.</param>
    /// <param name="isNonFinite">Whether an output contains NaN or infinity.</param>
    /// <param name="time">How long it took.</param>
    /// <param name="isExcused">Whether a failure is not the version's, so it counts as the client's.</param>
    internal void Answered(IHeaderDictionary request, int status, bool isNonFinite, AnswerTime time, bool isExcused = false)
    {
        var kind = status >= StatusCodes.Status500InternalServerError && !isExcused ? AnswerKind.Failed
            : status >= StatusCodes.Status400BadRequest ? AnswerKind.ClientError
            : isNonFinite ? AnswerKind.NonFinite
            : AnswerKind.Answered;
        var group = CallerGroup.NumberIn(request) ?? -1;
        var failover = request[HeaderNames.ModelFailover];
        var isWithin = IsWithin(request, time.OfVersion);
        if (!isWithin && !time.IsShortened && failover.Count == 0 && kind is AnswerKind.Answered or AnswerKind.NonFinite)
            kind = AnswerKind.Failed;
        // The groups are those of first attempts, as in the guard: a retry would count its client's request twice.
        var ofFirst = failover.Count == 0 ? group : -1;
        Answered(request[HeaderNames.ModelVariant], request[HeaderNames.ModelTrial], kind, time.Latency, ofFirst);
        if (failover.Count == 1 && Comparison.TryParseHeader(failover, out var comparison))
            Compared(comparison, kind, time.Latency, kind == AnswerKind.Answered && isWithin ? group : -1);
    }

    internal void Answered(string? variant, string? trial, AnswerKind kind, TimeSpan latency, int group = -1)
    {
        if (Find(variant, trial) is { } stream)
            stream.Add(kind, latency, group);
        else
            Interlocked.Increment(ref uncounted);
    }

    // Its groups hold only what is evidence against the other version: requests that this one answered well and in time.
    private void Compared(Comparison comparison, AnswerKind kind, TimeSpan latency, int group)
    {
        var trial = comparison.Trial.ToString(CultureInfo.InvariantCulture);
        var stream = FindNamed(comparison.Stream, trial) ?? Add(comparison.Stream, trial, comparison.Trial);
        if (stream is not null)
            stream.Add(kind, latency, group);
        else
            Interlocked.Increment(ref uncounted);
    }

    /// <summary>Reads the counts of the open minute.</summary>
    internal IReadOnlyList<VariantCounts> Read() =>
        [.. Volatile.Read(ref streams).Select(static stream => stream.Read())];

    /// <summary>Closes the open minute and returns its counts. Later requests count in the next minute.</summary>
    internal IReadOnlyList<VariantCounts> Close()
    {
        lock (changing)
        {
            IReadOnlyList<VariantCounts> closed =
                [.. streams.Select(static stream => stream.Close())];
            StreamCounters[] kept = [.. streams.Where(stream => stream == direct || stream.IdleMinutes < IdleMinutesBeforeRemoval)];
            Volatile.Write(ref streams, kept);
            return closed;
        }
    }

    /// <summary>Returns the number of requests since the last call that could not be counted, because there were too many
    /// streams.</summary>
    internal long TakeUncounted() => Interlocked.Exchange(ref uncounted, 0);

    private StreamCounters? Find(string? variant, string? trial)
    {
        if (variant is null)
            return direct;
        return FindNamed(variant, trial) ?? Add(variant, trial);
    }

    private StreamCounters? FindNamed(string variant, string? trial)
    {
        foreach (var stream in Volatile.Read(ref streams))
        {
            if (stream.Is(variant, trial))
                return stream;
        }

        return null;
    }

    // The other variant is cut off at the limit, so a later answer is the same failure. A router of the release before does not name it.
    private static bool IsWithin(IHeaderDictionary request, TimeSpan ofVersion) =>
        request[HeaderNames.FailoverWithin] is not { Count: > 0 } limit
        || (limit.Count == 1
            && long.TryParse(limit[0], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && ofVersion.TotalMilliseconds < milliseconds);

    // Requests with invalid headers did not come from a router of this platform. They count as direct, and such names never become metrics.
    private StreamCounters? Add(string variant, string? trial)
    {
        if (!ModelName.TryParse(variant, null, out _) ||
            !int.TryParse(trial, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            return direct;
        return Add(variant, trial, number);
    }

    private StreamCounters? Add(string variant, string? trial, int number)
    {
        lock (changing)
        {
            foreach (var stream in streams)
            {
                if (stream.Is(variant, trial))
                    return stream;
            }

            if (streams.Length == ProcessReport.MaxStreams)
                return null;
            var added = new StreamCounters(variant, trial, number);
            Volatile.Write(ref streams, [.. streams, added]);
            return added;
        }
    }
}
