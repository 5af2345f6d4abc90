namespace ModelServing.Contracts.Monitoring;

/// <summary>The display names of the alarms about models in the cloud. From the name in a message, Rollback knows the alarm, and that it
/// belongs to its own environment.</summary>
public static class AlarmNames
{
    /// <summary>The display name of <see cref="AlarmDefinition.Name"/> in an environment, as in
    /// <c>modelserving-dev-failure-rate</c>.</summary>
    public static string From(string project, string environment, string name) => $"{project}-{environment}-{name}";

    /// <summary>Finds the alarm of <see cref="ModelAlarms"/> with a title: its display name in the environment, or its name alone; null for
    /// no such alarm.</summary>
    public static AlarmDefinition? Find(string project, string environment, string title) =>
        ModelAlarms.All.FirstOrDefault(alarm => title == alarm.Name || title == From(project, environment, alarm.Name));
}
