namespace ModelServing.Rollout.Guard;

/// <summary>One first attempt of a watched variant, or of the stable variant beside it, as the router reports it to the guard. Retries and
/// pinned requests are never reported.</summary>
/// <param name="IsWatched">Whether the request was assigned to the watched variant (a canary, or an arm of an experiment); false for
/// stable.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Share">The watched variant's share when the request was assigned, not when it ended.</param>
/// <param name="Minute">The minute of the trial, from 1: whole minutes since the trial started, plus one. The trial's start is the
/// journal's, the same for every router.</param>
/// <param name="Key">What was known about the routing key. Only failures need it.</param>
public readonly record struct Observation(bool IsWatched, CallOutcome Outcome, TrafficShare Share, int Minute, KeyHistory Key = default)
{
    public bool IsFailure => Outcome != CallOutcome.Succeeded;
}
