namespace ModelServing.Registry.Safety;

/// <summary>The result of checking a version.</summary>
/// <param name="Verdict">The current verdict.</param>
/// <param name="IsNew">Whether this check wrote the verdict; false if it was already there.</param>
public sealed record CheckedArtifact(Verdict Verdict, bool IsNew);
