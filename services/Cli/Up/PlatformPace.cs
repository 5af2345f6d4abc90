namespace ModelServing.Cli.Up;

/// <summary>What a demonstration of the platform may want otherwise.</summary>
/// <param name="Minute">How long a minute of metrics and alarms lasts.</param>
/// <param name="GuardOff">The guard condemns nothing, so that alarms have to.</param>
internal sealed record PlatformPace(TimeSpan Minute, bool GuardOff);
