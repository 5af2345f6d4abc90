namespace ModelServing.Router.Endpoints;

/// <summary>What the requests of one endpoint have shown of it. A success clears what failures had begun.</summary>
internal sealed class EndpointHealth(TimeProvider time)
{
    /// <summary>So many failures in a row eject an endpoint.</summary>
    internal const int FailuresToEject = 5;

    /// <summary>How long the first ejection lasts; each further one twice as long as the one before.</summary>
    internal static readonly TimeSpan BaseEjection = TimeSpan.FromSeconds(2);

    /// <summary>The longest ejection; an endpoint that went without one for so long begins anew.</summary>
    internal static readonly TimeSpan MaxEjection = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private volatile EndpointState state;
    private int failures;

    // Guarded by gate.
    private int ejections;
    private long outSince;
    private long ejectedUntil;

    internal EndpointState State => state;

    /// <summary>Since when it takes no connection, as the clock's timestamp; only of an unreachable one.</summary>
    internal long UnreachableSince => Volatile.Read(ref outSince);

    /// <summary>Whether its last request failed.</summary>
    internal bool IsFailing => Volatile.Read(ref failures) != 0;

    internal void Succeeded()
    {
        if (Volatile.Read(ref failures) != 0)
            Volatile.Write(ref failures, 0);
    }

    /// <summary>Counts a failure; true when there were enough in a row to eject it.</summary>
    internal bool Failed() => Interlocked.Increment(ref failures) >= FailuresToEject && state == EndpointState.Ready;

    /// <summary>Takes it out for its time; false when it is out already.</summary>
    internal bool Eject()
    {
        lock (gate)
        {
            if (state != EndpointState.Ready)
                return false;
            var now = time.GetTimestamp();
            if (ejections > 0 && time.GetElapsedTime(ejectedUntil, now) > MaxEjection)
                ejections = 0;
            var length = Math.Min(MaxEjection.TotalSeconds, BaseEjection.TotalSeconds * Math.Pow(2, Math.Min(ejections, 16)));
            ejections++;
            ejectedUntil = now + (long)(length * time.TimestampFrequency);
            state = EndpointState.Ejected;
            return true;
        }
    }

    /// <summary>Says that it took no connection.</summary>
    internal void Refused()
    {
        lock (gate)
        {
            if (state == EndpointState.Unreachable)
                return;
            Volatile.Write(ref outSince, time.GetTimestamp());
            state = EndpointState.Unreachable;
        }
    }

    /// <summary>Whether asking if it is ready could bring it back.</summary>
    internal bool CanProbe()
    {
        lock (gate)
            return state == EndpointState.Unreachable || (state == EndpointState.Ejected && time.GetTimestamp() >= ejectedUntil);
    }

    /// <summary>Brings it back: it said that it is ready, or took a connection after all.</summary>
    internal void MarkReady()
    {
        lock (gate)
        {
            Volatile.Write(ref failures, 0);
            state = EndpointState.Ready;
        }
    }
}
