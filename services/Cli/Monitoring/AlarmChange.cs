namespace ModelServing.Cli.Monitoring;

/// <summary>Why an alarm sends a message; Monitoring's words.</summary>
internal enum AlarmChange
{
    /// <summary>A stream began to fire.</summary>
    OkToFiring,

    /// <summary>A stream ended to fire.</summary>
    FiringToOk,

    /// <summary>A stream that fired has had no datapoints for so long that it is not counted any more.</summary>
    Reset,
}
