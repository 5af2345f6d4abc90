namespace ModelServing.Rollout.Guard;

/// <summary>One call of a watched variant or of the stable beside it, as the router tells it to the guard.</summary>
/// <param name="IsWatched">The assignment gave the request to the watched variant (a canary, or an arm of an experiment); false for
/// stable.</param>
/// <param name="Origin">How the call came to its variant. All but <see cref="AttemptOrigin.Assigned"/> is ignored.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Share">The watched variant's share when the request was assigned, not when it ended.</param>
/// <param name="Minute">The minute of the trial, from 1: whole minutes since the trial started, plus one. The trial's start is the
/// journal's, the same for every router.</param>
/// <param name="Key">What was known of the routing key. Of failures only; a success needs none.</param>
public readonly record struct Observation(bool IsWatched, AttemptOrigin Origin, AttemptOutcome Outcome, TrafficShare Share, int Minute, KeyHistory Key = default)
{
    /// <summary>The guard counts it as a failure. Only then is there need to ask for the <see cref="Key"/>'s history.</summary>
    public bool IsFailure => Origin == AttemptOrigin.Assigned && Outcome is AttemptOutcome.Error or AttemptOutcome.Slow or AttemptOutcome.NonFinite;
}
