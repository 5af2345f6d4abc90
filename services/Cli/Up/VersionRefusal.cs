namespace ModelServing.Cli.Up;

/// <summary>Why a process of a pool does not serve a version.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="HasEndedProcess">Whether the version has ended a process of the pool.</param>
internal sealed record VersionRefusal(string Reason, bool HasEndedProcess);
