namespace ModelServing.Contracts;

/// <summary>What a record survives once the spool has it and its caller has an answer.</summary>
public enum SpoolMode
{
    /// <summary>The end of the process, even by SIGKILL: the system has the record's bytes.</summary>
    Process,

    /// <summary>The end of the machine: the disk has them too. Answers wait for it, several at a time.</summary>
    Disk,
}
