namespace ModelServing.Cli.Monitoring;

/// <summary>Why an alarm sends a message, in Monitoring's words.</summary>
internal enum AlarmChange
{
    /// <summary>A stream started firing.</summary>
    OkToFiring,

    /// <summary>A stream stopped firing.</summary>
    FiringToOk,

    /// <summary>A firing stream has had no datapoints for so long that Monitoring no longer counts it.</summary>
    Reset,
}
