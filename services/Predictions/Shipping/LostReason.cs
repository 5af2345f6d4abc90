namespace ModelServing.Predictions.Shipping;

/// <summary>Why a record is not in the log.</summary>
public enum LostReason
{
    /// <summary>The spool had no room.</summary>
    Full,

    /// <summary>The disk was full or failed, or the process may not write there.</summary>
    Disk,

    /// <summary>A part of the spool was damaged.</summary>
    Damaged,

    /// <summary>The store does not take it, and there was no room to set it aside.</summary>
    NoRoomAside,

    /// <summary>The program failed to write it. The log has the reason.</summary>
    Unwritten,
}
