namespace ModelServing.Registry.Safety;

/// <summary>A version that was checked.</summary>
/// <param name="Verdict">The verdict that stands now.</param>
/// <param name="IsNew">Whether it was written now; false when it stood before.</param>
public sealed record CheckedArtifact(Verdict Verdict, bool IsNew);
