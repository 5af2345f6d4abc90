namespace ModelServing.Contracts.Monitoring;

/// <summary>The recipients of an alarm's messages.</summary>
public enum AlarmRoute
{
    /// <summary>The function Rollback, and people.</summary>
    Rollback,

    People,
}
