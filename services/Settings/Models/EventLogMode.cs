namespace ModelServing.Settings.Models;

public enum EventLogMode
{
    /// <summary>An event survives the end of the process.</summary>
    Process,

    /// <summary>An event survives the end of the machine too.</summary>
    Disk,
}
