namespace ModelServing.Contracts.Monitoring;

/// <summary>How grave it is; Monitoring's words.</summary>
public enum AlarmSeverity
{
    /// <summary>Somebody has to act now.</summary>
    Critical,

    /// <summary>Something is broken.</summary>
    Error,

    /// <summary>Something will be.</summary>
    Warning,
}
