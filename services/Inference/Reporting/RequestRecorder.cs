using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;

namespace ModelServing.Inference.Reporting;

/// <summary>Counts requests by the variant and trial that the router says they belong to. Requests take no lock and make no object;
/// what a stream's first request adds, and who reads, do.</summary>
internal sealed class RequestRecorder
{
    // So that no request still counts in a stream that is taken out.
    private const int IdleMinutesOfGone = 10;

    private readonly Lock changing = new();
    private readonly StreamCounters direct = new(HeaderNames.DirectVariant, null, 0);
    private StreamCounters[] streams;
    private long uncounted;

    public RequestRecorder() => streams = [direct];

    /// <summary>Counts a request, once it is answered.</summary>
    /// <param name="request">Its headers.</param>
    /// <param name="status">The answer's status; 499 where the caller left.</param>
    /// <param name="isNonFinite">Whether an output holds NaN or infinity.</param>
    /// <param name="latency">How long the answer took.</param>
    internal void Answered(IHeaderDictionary request, int status, bool isNonFinite, TimeSpan latency) => Answered(
        request[HeaderNames.ModelVariant],
        request[HeaderNames.ModelTrial],
        status >= StatusCodes.Status500InternalServerError ? AnswerKind.Failed
            : status >= StatusCodes.Status400BadRequest ? AnswerKind.ClientError
            : isNonFinite ? AnswerKind.NonFinite
            : AnswerKind.Answered,
        latency);

    internal void Answered(string? variant, string? trial, AnswerKind kind, TimeSpan latency)
    {
        if (Find(variant, trial) is { } stream)
            stream.Add(kind, latency);
        else
            Interlocked.Increment(ref uncounted);
    }

    /// <summary>What was counted in the minute that is open.</summary>
    internal IReadOnlyList<VariantCounts> Read() => [.. Volatile.Read(ref streams).Select(static stream => new VariantCounts(stream.Variant, stream.Trial, stream.Read()))];

    /// <summary>What was counted in the minute that was open. What comes later is the next one's.</summary>
    internal IReadOnlyList<VariantCounts> Close()
    {
        lock (changing)
        {
            IReadOnlyList<VariantCounts> closed = [.. streams.Select(static stream => new VariantCounts(stream.Variant, stream.Trial, stream.Close()))];
            Volatile.Write(ref streams, [.. streams.Where(stream => stream == direct || stream.IdleMinutes < IdleMinutesOfGone)]);
            return closed;
        }
    }

    /// <summary>How many requests there was no room for since this was asked last.</summary>
    internal long TakeUncounted() => Interlocked.Exchange(ref uncounted, 0);

    private StreamCounters? Find(string? variant, string? trial)
    {
        if (variant is null)
            return direct;
        foreach (var stream in Volatile.Read(ref streams))
        {
            if (stream.Is(variant, trial))
                return stream;
        }

        return Add(variant, trial);
    }

    // Whatever no router of ours says is direct: its name is not one that could stand in a metric.
    private StreamCounters? Add(string variant, string? trial)
    {
        if (!ModelName.TryParse(variant, null, out _) || !int.TryParse(trial, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            return direct;
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
