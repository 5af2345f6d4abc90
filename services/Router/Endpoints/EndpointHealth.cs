using ModelServing.Contracts.Reliability;

namespace ModelServing.Router.Endpoints;

/// <summary>What requests have shown about one endpoint. A success clears the failures before it.</summary>
internal sealed class EndpointHealth(TimeProvider time)
{
    /// <summary>This many failures in a row eject an endpoint.</summary>
    internal const int FailuresToEject = 5;

    /// <summary>The length of the first ejection. Each further one lasts twice as long as the one before.</summary>
    internal static readonly TimeSpan BaseEjection = TimeSpan.FromSeconds(2);

    /// <summary>The longest ejection. After this long without one, earlier ejections are forgotten.</summary>
    internal static readonly TimeSpan MaxEjection = TimeSpan.FromSeconds(60);

    /// <summary>An endpoint is new until it has given this many good answers, and until <see cref="NewFor"/> is over.</summary>
    internal const int NewAnswers = 20;

    /// <summary>An endpoint is new for this long at least.</summary>
    internal static readonly TimeSpan NewFor = TimeSpan.FromSeconds(30);

    private static readonly Backoff Ejections = new(BaseEjection, MaxEjection);

    private readonly Lock gate = new();
    private volatile EndpointState state;
    private int failures;
    private int answers;
    private long startedAt = time.GetTimestamp();
    private volatile bool saysReady = true;
    private volatile bool reportsWork;
    private long answeredAt = long.MinValue;

    // Guarded by gate.
    private long askedAt = long.MinValue;
    private int ejections;
    private long unreachableSince;
    private long ejectedUntil;

    internal EndpointState State => state;

    /// <summary>Since when the endpoint accepts no connection, as the clock's timestamp. Valid only while it is unreachable.</summary>
    internal long UnreachableSince => Volatile.Read(ref unreachableSince);

    /// <summary>Whether its version said so when it was asked last. Requests are not chosen by this.</summary>
    internal bool SaysReady
    {
        get => saysReady;
        set => saysReady = value;
    }

    /// <summary>Whether the endpoint may be asked now; false if it was asked less than <paramref name="period"/> ago.</summary>
    internal bool BeginAsking(TimeSpan period)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            if (askedAt != long.MinValue && time.GetElapsedTime(askedAt, now) < period)
                return false;
            askedAt = now;
            return true;
        }
    }

    /// <summary>Whether the last request failed.</summary>
    internal bool IsFailing => Volatile.Read(ref failures) != 0;

    /// <summary>When its program started, as far as this router knows, as the clock's timestamp.</summary>
    internal long StartedAt => Volatile.Read(ref startedAt);

    /// <summary>Whether it has given more good answers than a version that fails at each request.</summary>
    internal bool IsProven => Volatile.Read(ref answers) > NewAnswers;

    /// <summary>Whether its program has just started, as far as this router knows: it is slower than later.</summary>
    internal bool IsNew => Volatile.Read(ref answers) <= NewAnswers || time.GetElapsedTime(Volatile.Read(ref startedAt)) < NewFor;

    /// <summary>Whether its answers have reported the version's own work.</summary>
    internal bool ReportsWork => reportsWork;

    /// <summary>An answer of any status has arrived.</summary>
    /// <param name="at">The clock's timestamp.</param>
    internal void Answered(long at) => Volatile.Write(ref answeredAt, at);

    /// <summary>An answer has reported the version's own work.</summary>
    internal void ReportedWork() => reportsWork = true;

    /// <summary>Whether an answer has arrived after a timestamp.</summary>
    internal bool HasAnsweredSince(long timestamp) => Volatile.Read(ref answeredAt) > timestamp;

    internal void Succeeded()
    {
        if (Volatile.Read(ref answers) <= NewAnswers)
            Interlocked.Increment(ref answers);
        if (Volatile.Read(ref failures) != 0)
            Volatile.Write(ref failures, 0);
    }

    /// <summary>Counts a failure; true if there were enough in a row to eject the endpoint.</summary>
    internal bool Failed() => Interlocked.Increment(ref failures) >= FailuresToEject && state == EndpointState.Ready;

    /// <summary>Ejects the endpoint for a time; false if it is already out.</summary>
    internal bool Eject()
    {
        lock (gate)
        {
            if (state != EndpointState.Ready)
                return false;
            var now = time.GetTimestamp();
            if (ejections > 0 && time.GetElapsedTime(ejectedUntil, now) > MaxEjection)
                ejections = 0;
            ejections++;
            ejectedUntil = now + (long)(Ejections.After(ejections).TotalSeconds * time.TimestampFrequency);
            state = EndpointState.Ejected;
            return true;
        }
    }

    /// <summary>Records that the endpoint accepted no connection.</summary>
    internal void Refused()
    {
        lock (gate)
        {
            if (state == EndpointState.Unreachable)
                return;
            Volatile.Write(ref unreachableSince, time.GetTimestamp());
            state = EndpointState.Unreachable;
        }
    }

    /// <summary>Whether a readiness probe could bring the endpoint back.</summary>
    internal bool CanProbe()
    {
        lock (gate)
            return state == EndpointState.Unreachable || (state == EndpointState.Ejected && time.GetTimestamp() >= ejectedUntil);
    }

    /// <summary>Brings the endpoint back: it reported that it is ready, or accepted a connection after all.</summary>
    internal void MarkReady()
    {
        lock (gate)
        {
            Volatile.Write(ref failures, 0);
            // Probably another program at the same address.
            if (state == EndpointState.Unreachable)
            {
                Volatile.Write(ref answers, 0);
                Volatile.Write(ref startedAt, time.GetTimestamp());
                reportsWork = false;
            }

            saysReady = true;
            state = EndpointState.Ready;
        }
    }
}
