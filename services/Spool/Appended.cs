namespace ModelServing.Spool;

/// <summary>The result of appending a record to the spool.</summary>
public enum Appended
{
    /// <summary>The spool has it.</summary>
    Kept,

    /// <summary>The spool has as many bytes as it may.</summary>
    Full,

    /// <summary>The disk is full or fails, or the process may not write there.</summary>
    Failed,
}
