namespace ModelServing.Contracts.Monitoring;

/// <summary>A stream that an alarm fires for.</summary>
/// <param name="Alarm">The alarm's name, <see cref="AlarmDefinition.Name"/>.</param>
/// <param name="Dimensions">The stream's dimensions.</param>
/// <param name="Since">Since when.</param>
public sealed record FiringAlarm(string Alarm, IReadOnlyDictionary<string, string> Dimensions, DateTimeOffset Since);
