namespace ModelServing.Rollout.Journal;

internal sealed record RunEntry(string Variant, int Count);
