namespace ModelServing.Cli.Up;

/// <summary>Why a process of a pool does not serve a version.</summary>
/// <param name="Reason">Why, as the process says it.</param>
/// <param name="HasEndedProcess">Whether the version has ended a process of the pool.</param>
/// <param name="IsTransient">Whether the process may serve it later.</param>
internal sealed record VersionRefusal(string Reason, bool HasEndedProcess = false, bool IsTransient = false);
