using System.Diagnostics;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Hosting.Access;
using ModelServing.Predictions.Records;

namespace ModelServing.Inference;

/// <summary>When the parts of an answer ended, as the clock's timestamps. A part that was not reached takes no time.</summary>
/// <param name="began">The timestamp of the request's head.</param>
/// <param name="time">The clock.</param>
internal sealed class AnswerTimes(long began, TimeProvider time)
{
    private long read;
    private long resolved;
    private long ran;
    private long ranUntil;
    private long encoded;

    /// <summary>The timestamp of the request's head.</summary>
    internal long Began => began;

    /// <summary>The timestamp of the body's last byte; 0 if it was there with the head, or is not there yet.</summary>
    internal long BodyEnd { get; private set; }

    /// <summary>How long the whole body took to become tensors.</summary>
    internal TimeSpan Decoding => read == 0 ? TimeSpan.Zero : time.GetElapsedTime(BodyEnd == 0 ? began : BodyEnd, read);

    /// <summary>The body has become tensors.</summary>
    /// <param name="bodyEnd">The timestamp of its last byte; 0 if it was there with the head.</param>
    internal void HasRead(long bodyEnd)
    {
        read = time.GetTimestamp();
        BodyEnd = bodyEnd;
    }

    /// <summary>The features are there.</summary>
    internal void HasResolved() => resolved = time.GetTimestamp();

    /// <summary>The model begins to run.</summary>
    internal void Runs(long now) => ran = now;

    /// <summary>The model has run.</summary>
    internal void HasRun(long now) => ranUntil = now;

    /// <summary>The processor time that the request's own part of the call took, together with writing its answer; null if that is not
    /// known. It does not grow because of other requests, as all other times do.</summary>
    internal TimeSpan? Work { get; set; }

    /// <summary>The answer is ready to be sent.</summary>
    internal void HasEncoded() => encoded = time.GetTimestamp();

    /// <summary>How long the request waited for its turn; null if it had none.</summary>
    internal TimeSpan? Waited => ran == 0 ? null : time.GetElapsedTime(resolved == 0 ? read : resolved, ran);

    /// <summary>The version's own time, as a router measures it: from the end of the request until the answer can be sent.</summary>
    internal TimeSpan OfVersion => time.GetElapsedTime(BodyEnd == 0 ? began : BodyEnd, encoded == 0 ? time.GetTimestamp() : encoded);

    /// <summary>The parts up to now, or up to the sending of the answer.</summary>
    internal RecordTimes Split()
    {
        var now = encoded == 0 ? time.GetTimestamp() : encoded;
        var afterRead = read == 0 ? now : read;
        var afterFeatures = resolved == 0 ? afterRead : resolved;
        var runs = ran == 0 ? now : ran;
        var hasRun = ranUntil == 0 ? now : ranUntil;
        return new RecordTimes(
            time.GetElapsedTime(began, afterRead),
            time.GetElapsedTime(afterFeatures, runs),
            time.GetElapsedTime(runs, hasRun),
            time.GetElapsedTime(hasRun, now),
            time.GetElapsedTime(began, now),
            time.GetElapsedTime(afterRead, afterFeatures));
    }

    /// <summary>The parts that were reached, and the time up to now.</summary>
    internal AccessTimes ToAccess()
    {
        var parts = Split();
        return new AccessTimes(time.GetElapsedTime(began))
        {
            Read = parts.Read,
            Features = resolved == 0 ? null : parts.Features,
            Queue = read == 0 ? null : parts.Wait,
            Model = ran == 0 ? null : parts.Run,
            Encode = ranUntil == 0 ? null : parts.Write,
        };
    }

    /// <summary>Adds the parts to the request's span, as its children.</summary>
    internal void AddTo(Activity span)
    {
        var start = span.StartTimeUtc;
        foreach (var (name, duration) in ToAccess().Parts())
        {
            using (var part = Tracing.Source.StartActivity(name, ActivityKind.Internal, span.Context, startTime: start))
                part?.SetEndTime(start += duration);
        }
    }

    /// <summary>The value of the header <c>Server-Timing</c>: the parts that were reached.</summary>
    internal string ToServerTiming()
    {
        var parts = Split();
        var timing = new ServerTiming(stackalloc char[ServerTiming.Room]);
        timing.Add("read", parts.Read);
        if (resolved != 0)
            timing.Add("features", parts.Features);
        if (read != 0)
            timing.Add("queue", parts.Wait);
        if (ran != 0)
            timing.Add("model", parts.Run);
        if (ranUntil != 0)
            timing.Add("encode", parts.Write);
        if (Work is { } work)
            timing.Add(HeaderNames.Work, work);
        return timing.ToString();
    }
}
