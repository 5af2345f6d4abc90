namespace ModelServing.Inference.Batching;

/// <summary>The calls that share a turn at the model. Until <see cref="RunGate.Close"/>, calls may join it, and the gate guards it. Any
/// thread may read the calls at any time.</summary>
internal sealed class Batch
{
    private QueuedCall[] calls = new QueuedCall[1];
    private int count;

    internal Batch(QueuedCall lead) => Add(lead);

    /// <summary>The call whose turn it is.</summary>
    internal QueuedCall Lead => calls[0];

    internal int Rows { get; private set; }

    /// <summary>The timestamp at which its turn began. <see cref="HeldTurns"/> sets it.</summary>
    internal long Began { get; set; }

    /// <summary>Whether its version was a suspect when its turn began. The gate guards it.</summary>
    internal bool IsOfSuspect { get; set; }

    /// <summary>The next batch that the same change of the gate began.</summary>
    internal Batch? Next { get; set; }

    /// <summary>Starts the run of a batch, and of those that began with it.</summary>
    internal static void Start(Batch? begun)
    {
        for (; begun is not null; begun = begun.Next)
            begun.Lead.Begin(begun);
    }

    internal ReadOnlySpan<QueuedCall> Calls
    {
        get
        {
            // In this order, because a call is added in the other one.
            var length = Volatile.Read(ref count);
            return Volatile.Read(ref calls).AsSpan(0, length);
        }
    }

    internal bool IsFull => Rows >= Lead.MostRows;

    internal bool HasRoomFor(QueuedCall call) => Rows + call.Rows <= Math.Min(Lead.MostRows, call.MostRows);

    internal void Add(QueuedCall call)
    {
        if (count == calls.Length)
        {
            var more = new QueuedCall[Math.Max(8, calls.Length * 2)];
            calls.CopyTo(more, 0);
            Volatile.Write(ref calls, more);
        }

        calls[count] = call;
        Rows += call.Rows;
        Volatile.Write(ref count, count + 1);
    }
}
