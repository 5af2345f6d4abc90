using ModelServing.Hosting;

namespace ModelServing.Router.Forwarding;

/// <summary>When the parts of a request began in the router, as the clock's timestamps.</summary>
/// <param name="First">Its first attempt.</param>
internal readonly record struct AttemptTimes(long Request, long First, long Attempt)
{
    /// <summary>The times of an attempt that begins now.</summary>
    internal static AttemptTimes For(Attempt attempt, long began) =>
        new(attempt.Began, attempt.First?.Result.Times.Attempt is { } first and > 0 ? first : began, began);

    /// <summary>The value of the header <c>Server-Timing</c> of an answer of the router itself.</summary>
    internal string ToServerTiming(TimeProvider time)
    {
        var timing = new ServerTiming(stackalloc char[ServerTiming.Room]);
        WriteTo(ref timing, time);
        return timing.ToString();
    }

    /// <summary>Writes the parts: <c>routing</c> until the first attempt, <c>failover</c> until a second one, and <c>version</c> since
    /// then.</summary>
    internal void WriteTo(ref ServerTiming timing, TimeProvider time)
    {
        timing.Add("routing", time.GetElapsedTime(Request, First));
        if (Attempt != First)
            timing.Add("failover", time.GetElapsedTime(First, Attempt));
        timing.Add("version", time.GetElapsedTime(Attempt));
    }
}
