using ModelServing.Contracts.Experiments;

namespace ModelServing.Jobs.Replays;

/// <summary>What to replay.</summary>
/// <param name="Last">How many requests, the newest first.</param>
/// <param name="Rate">How many of them in a second at most.</param>
/// <param name="HasInputs">Whether the report shows the inputs of the largest differences.</param>
internal sealed record ReplayRequest(ReplayDocument Replay, long Last, int Rate, bool HasInputs);
