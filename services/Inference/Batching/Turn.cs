namespace ModelServing.Inference.Batching;

/// <summary>Why a call gets no turn at the model.</summary>
internal enum Turn
{
    /// <summary>Too many requests are already waiting.</summary>
    QueueFull,

    /// <summary>Behind those that wait, its run would end too late.</summary>
    QueueTooLong,

    /// <summary>The turn did not come in time, or the caller left.</summary>
    TimedOut,
}
