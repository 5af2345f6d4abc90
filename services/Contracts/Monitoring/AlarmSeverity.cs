namespace ModelServing.Contracts.Monitoring;

/// <summary>The severity of an alarm, in Monitoring's words.</summary>
public enum AlarmSeverity
{
    /// <summary>A person must act now.</summary>
    Critical,

    /// <summary>Something is broken.</summary>
    Error,

    /// <summary>Something will be broken soon.</summary>
    Warning,
}
