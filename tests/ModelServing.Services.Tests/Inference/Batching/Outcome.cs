namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>What a call got from the gate.</summary>
internal enum Outcome
{
    /// <summary>A turn of its own.</summary>
    Granted,

    QueueFull,

    QueueTooLong,

    TimedOut,
}
