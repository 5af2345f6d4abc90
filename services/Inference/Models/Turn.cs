namespace ModelServing.Inference.Models;

/// <summary>What came of waiting for a turn.</summary>
internal enum Turn
{
    /// <summary>It is there; <see cref="RunGate.Leave"/> ends it.</summary>
    Granted,

    /// <summary>Too many wait already.</summary>
    QueueFull,

    /// <summary>It did not come in time.</summary>
    Late,
}
