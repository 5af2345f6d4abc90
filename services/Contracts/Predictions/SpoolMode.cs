namespace ModelServing.Contracts.Predictions;

/// <summary>What a prediction record survives once its answer has left.</summary>
public enum SpoolMode
{
    /// <summary>The end of the process, even by SIGKILL: the system has the record's bytes.</summary>
    Process,

    /// <summary>The end of the machine: the disk has them too. Answers wait for it, several at a time.</summary>
    Disk,
}
