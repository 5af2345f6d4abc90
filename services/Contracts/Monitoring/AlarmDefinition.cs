namespace ModelServing.Contracts.Monitoring;

/// <summary>An alarm. There is one for each kind, whatever models there are: a change of an alarm takes minutes to act, so that a canary
/// must not need one. It notifies for each stream by itself.</summary>
public sealed record AlarmDefinition
{
    /// <summary>Its name within an environment, as in <c>failure-rate</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The namespace of the metrics that its query names.</summary>
    public required string Namespace { get; init; }

    /// <summary>The query in Monitoring's query language, comparison included. Its window is one minute or more.</summary>
    public required string Query { get; init; }

    /// <summary>How long the query has to hold before the alarm fires, in whole minutes from 1; 1 is at the first time.</summary>
    public TimeSpan Pending { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How grave it is.</summary>
    public required AlarmSeverity Severity { get; init; }

    /// <summary>Who is told.</summary>
    public required AlarmRoute Route { get; init; }

    /// <summary>What is the matter and what to do, for the person who gets it: one or two sentences.</summary>
    public required string Text { get; init; }
}
