namespace ModelServing.Predictions.Shipping;

/// <summary>What the log did since the process began.</summary>
public sealed class LogCounters
{
    private readonly long[] lost = new long[Enum.GetValues<LostReason>().Length];
    private long recorded;
    private long shipped;
    private long setAside;
    private long throttled;
    private long unavailable;
    private long tornBytes;
    private long clockSetBacks;
    private long largeObjects;
    private long largeDigests;

    /// <summary>Records that the spool took.</summary>
    public long Recorded => Interlocked.Read(ref recorded);

    /// <summary>Records that the store took, with those of ended processes.</summary>
    public long Shipped => Interlocked.Read(ref shipped);

    /// <summary>Records and damaged parts that were set aside.</summary>
    public long SetAside => Interlocked.Read(ref setAside);

    /// <summary>Puts that the store refused because there were too many.</summary>
    public long Throttled => Interlocked.Read(ref throttled);

    /// <summary>Puts that failed because the store did not work.</summary>
    public long Unavailable => Interlocked.Read(ref unavailable);

    /// <summary>Bytes of records that a process did not finish. None of these requests was answered.</summary>
    public long TornBytes => Interlocked.Read(ref tornBytes);

    /// <summary>Times that the clock was set back.</summary>
    public long ClockSetBacks => Interlocked.Read(ref clockSetBacks);

    /// <summary>Tensors whose data are objects, because their record is larger than a row.</summary>
    public long LargeObjects => Interlocked.Read(ref largeObjects);

    /// <summary>Tensors of which only the digest was kept, because their record is larger than a row or than any record.</summary>
    public long LargeDigests => Interlocked.Read(ref largeDigests);

    /// <summary>Records that are lost for a reason.</summary>
    public long Lost(LostReason reason) => Interlocked.Read(ref lost[(int)reason]);

    internal void CountRecorded() => Interlocked.Increment(ref recorded);

    internal void CountShipped(int records) => Interlocked.Add(ref shipped, records);

    internal void CountSetAside() => Interlocked.Increment(ref setAside);

    internal void CountFailure(PredictionStoreError error)
    {
        if (error == PredictionStoreError.Throttled)
            Interlocked.Increment(ref throttled);
        else
            Interlocked.Increment(ref unavailable);
    }

    internal void CountTorn(long bytes) => Interlocked.Add(ref tornBytes, bytes);

    internal void CountClockSetBack() => Interlocked.Increment(ref clockSetBacks);

    internal void CountLargeObjects(int tensors) => Interlocked.Add(ref largeObjects, tensors);

    internal void CountLargeDigests(int tensors) => Interlocked.Add(ref largeDigests, tensors);

    internal void CountLost(LostReason reason, long records = 1) => Interlocked.Add(ref lost[(int)reason], records);
}
