namespace ModelServing.Contracts.Monitoring;

/// <summary>An alarm. There is one alarm for each kind of fault, for all models together: a changed alarm takes minutes to become
/// effective, so a canary must not need one.</summary>
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

    /// <summary>Whether each stream has messages of its own, so that a second version that fails causes one while a first one fails.
    /// Monitoring advises against this for a query that joins streams, and without a dimension to group by no message would say what it is
    /// about. So it follows from the query: true if it groups by dimensions.</summary>
    public bool IsSplit => Query.Contains(".groupBy(", StringComparison.Ordinal);

    /// <summary>How often a message is repeated while the alarm fires, from 1 minute to 30 days: a missed message must not be the last
    /// one.</summary>
    public TimeSpan Repeat { get; init; } = TimeSpan.FromHours(4);

    public required AlarmSeverity Severity { get; init; }

    /// <summary>The recipients of its messages.</summary>
    public required AlarmRoute Route { get; init; }

    /// <summary>The fault and what to do about it, for the person who gets the message: one or two sentences.</summary>
    public required string Text { get; init; }
}
