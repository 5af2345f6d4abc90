namespace ModelServing.Bench.Soak.Overload;

/// <summary>How the requests of one kind ended.</summary>
internal sealed class OverloadTally
{
    private const int MostFaults = 5;

    // An answer and its reader need a processor too, which other work may have for so long.
    private static readonly TimeSpan OnTheWay = TimeSpan.FromMilliseconds(50);

    private readonly List<float> answered = [];
    private readonly List<float> refused = [];
    private readonly List<string> faults = [];

    /// <summary>The requests that were sent.</summary>
    internal int Sent { get; set; }

    /// <summary>The callers that left, as they meant to.</summary>
    internal int Left { get; set; }

    /// <summary>The requests that the service ended at their deadline.</summary>
    internal int Late { get; private set; }

    /// <summary>The answers that arrived after their deadline.</summary>
    internal int AnsweredLate { get; private set; }

    /// <summary>The requests that ended in any other way.</summary>
    internal int Failed { get; private set; }

    internal int Answered => answered.Count;

    internal int Refused => refused.Count;

    /// <summary>The first failures.</summary>
    internal IReadOnlyList<string> Faults => faults;

    /// <summary>Counts an answer.</summary>
    /// <param name="request">Its request.</param>
    /// <param name="status">Its status.</param>
    /// <param name="saysWhen">Whether it says when to try again.</param>
    /// <param name="elapsed">The time since the request was sent.</param>
    internal void AddAnswer(OverloadRequest request, int status, bool saysWhen, TimeSpan elapsed)
    {
        if (status == 200)
        {
            answered.Add((float)elapsed.TotalMilliseconds);
            if (elapsed > request.Deadline + OnTheWay)
                AnsweredLate++;
        }
        else if (status == 503 && saysWhen)
        {
            refused.Add((float)elapsed.TotalMilliseconds);
        }
        else if (status == 504 && elapsed >= request.Deadline / 2)
        {
            Late++;
        }
        else
        {
            AddFault(request, $"{status}{(status == 503 ? " without Retry-After" : "")} after {elapsed.TotalMilliseconds:0} ms");
        }
    }

    internal void AddFault(OverloadRequest request, string why)
    {
        Failed++;
        if (faults.Count < MostFaults)
            faults.Add($"{request.Name}: {why}");
    }

    /// <summary>The time in milliseconds within which this share of the answers came.</summary>
    internal double AnsweredWithin(double share) => At(answered, share);

    /// <summary>The time in milliseconds within which this share of the refusals came.</summary>
    internal double RefusedWithin(double share) => At(refused, share);

    /// <summary>The refusals that took longer than this.</summary>
    internal int RefusedAfter(TimeSpan time) => refused.Count(one => one > time.TotalMilliseconds);

    /// <summary>The time within which this share of some events came; 0 if there were none.</summary>
    internal static double At(List<float> times, double share)
    {
        times.Sort();
        return times.Count == 0 ? 0 : times[Math.Min(times.Count - 1, (int)(times.Count * share))];
    }
}
