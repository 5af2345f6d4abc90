namespace ModelServing.Contracts.Monitoring;

/// <summary>A stream for which an alarm fires.</summary>
/// <param name="Alarm">The alarm's name, <see cref="AlarmDefinition.Name"/>.</param>
/// <param name="Dimensions">The stream's dimensions.</param>
/// <param name="Since">When it began to fire.</param>
public sealed record FiringAlarm(string Alarm, IReadOnlyDictionary<string, string> Dimensions, DateTimeOffset Since);
