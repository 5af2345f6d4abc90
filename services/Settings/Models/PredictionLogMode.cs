namespace ModelServing.Settings.Models;

public enum PredictionLogMode
{
    /// <summary>A record survives the end of the process.</summary>
    Process,

    /// <summary>A record survives the end of the machine too.</summary>
    Disk,

    /// <summary>Nothing is recorded.</summary>
    Off,
}
