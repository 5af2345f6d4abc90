namespace ModelServing.Cli.Up;

/// <summary>What was asked of <c>ms up</c>.</summary>
internal sealed record UpRequest(StackLocation Stack, bool Demo, bool Once, bool Json, PlatformPace Pace);
