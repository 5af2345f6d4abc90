namespace ModelServing.Inference.Models;

/// <summary>The result of waiting for a turn at the model.</summary>
internal enum Turn
{
    /// <summary>The turn has begun; <see cref="RunGate.Leave"/> ends it.</summary>
    Granted,

    /// <summary>Too many requests are already waiting.</summary>
    QueueFull,

    /// <summary>The turn did not come in time.</summary>
    TimedOut,
}
