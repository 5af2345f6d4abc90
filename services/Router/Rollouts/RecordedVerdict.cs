using ModelServing.Rollout.Guard;

namespace ModelServing.Router.Rollouts;

internal sealed record RecordedVerdict(string Summary, GuardVerdict Verdict);
