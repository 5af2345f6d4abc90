namespace ModelServing.Bench.Soak.Evidence;

/// <summary>What one attack did.</summary>
/// <param name="Attack">Its name.</param>
/// <param name="Caller">Who made it.</param>
/// <param name="Sent">How many requests of the attack ended.</param>
/// <param name="Honest">How many requests honest clients sent.</param>
/// <param name="Failed">How many of these failed.</param>
/// <param name="Retried">How many of these stable answered because the canary failed.</param>
/// <param name="Evidence">The guard's strongest evidence, as a part of its threshold on the scale of logarithms, which <c>ms status</c>
/// shows as a bar.</param>
/// <param name="Readings">The guard's counts.</param>
/// <param name="Condemned">How soon the canary was condemned; null if it was not.</param>
internal sealed record EvidenceResult(
    string Attack,
    string Caller,
    int Sent,
    int Honest,
    int Failed,
    int Retried,
    double Evidence,
    string Readings,
    TimeSpan? Condemned);
