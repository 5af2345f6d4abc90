namespace ModelServing.Contracts.Monitoring;

/// <summary>Who is told.</summary>
public enum AlarmRoute
{
    /// <summary>The Rollback function, and people.</summary>
    Rollback,

    /// <summary>People.</summary>
    People,
}
