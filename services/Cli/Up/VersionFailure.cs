using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>A version that is not ready.</summary>
/// <param name="Version">The version; null for a pool whose versions are still served by other processes.</param>
/// <param name="Message">Why, and which version.</param>
/// <param name="IsTransient">Whether it may become ready without a change of the stack file.</param>
internal sealed record VersionFailure(PublishedVersion? Version, string Message, bool IsTransient);
