namespace ModelServing.Contracts.Monitoring;

/// <summary>What the alarms about models are called in the cloud: by their display name Rollback knows from a message which of them it is, and
/// that it is one of its own environment.</summary>
public static class AlarmNames
{
    /// <summary>The display name of <see cref="AlarmDefinition.Name"/> in an environment, as in <c>modelserving-dev-failure-rate</c>.</summary>
    public static string From(string project, string environment, string name) => $"{project}-{environment}-{name}";

    /// <summary>The alarm of <see cref="ModelAlarms"/> that <paramref name="title"/> is of in an environment: its display name there, or its
    /// name alone; null for none.</summary>
    public static AlarmDefinition? Find(string project, string environment, string title) =>
        ModelAlarms.All.FirstOrDefault(alarm => title == alarm.Name || title == From(project, environment, alarm.Name));
}
