namespace ModelServing.Cli.Up;

/// <summary>Demo overrides of the platform's behaviour.</summary>
/// <param name="Minute">How long a minute of metrics and alarms lasts.</param>
/// <param name="GuardOff">The guard never condemns, so the alarms must.</param>
internal sealed record PlatformPace(TimeSpan Minute, bool GuardOff);
