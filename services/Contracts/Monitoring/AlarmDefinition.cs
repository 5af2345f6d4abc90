namespace ModelServing.Contracts.Monitoring;

/// <summary>An alarm. There is one alarm for each kind of fault, for all models together: a changed alarm takes minutes to become
/// effective, so a canary must not need one. It notifies for each stream separately.</summary>
public sealed record AlarmDefinition
{
    /// <summary>The name within an environment, as in <c>failure-rate</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The namespace of the metrics in its query.</summary>
    public required string Namespace { get; init; }

    /// <summary>The query in Monitoring's query language, comparison included. Its window is one minute or more.</summary>
    public required string Query { get; init; }

    /// <summary>How long the query must hold before the alarm fires, in whole minutes from 1; 1 fires at the first minute.</summary>
    public TimeSpan Pending { get; init; } = TimeSpan.FromMinutes(1);

    public required AlarmSeverity Severity { get; init; }

    /// <summary>The recipients of its messages.</summary>
    public required AlarmRoute Route { get; init; }

    /// <summary>The fault and what to do about it, for the person who gets the message: one or two sentences.</summary>
    public required string Text { get; init; }
}
