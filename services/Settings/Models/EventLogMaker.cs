using ModelServing.Contracts;
using ModelServing.Contracts.Features;

namespace ModelServing.Settings.Models;

/// <summary>Makes the settings of the event log from those of a stack file.</summary>
public static class EventLogMaker
{
    /// <param name="features">The stack's settings.</param>
    /// <param name="folder">The folder of the log.</param>
    public static EventLogSettings Make(FeatureSettings features, string folder)
    {
        ArgumentNullException.ThrowIfNull(features);
        return new EventLogSettings
        {
            Folder = folder,
            Mode = features.Mode == EventLogMode.Disk ? SpoolMode.Disk : SpoolMode.Process,
            SealSeconds = (int)Math.Ceiling(features.ShipAfter.TotalSeconds),
        };
    }
}
