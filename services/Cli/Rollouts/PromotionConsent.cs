namespace ModelServing.Cli.Rollouts;

/// <summary>What a person accepts in a promotion.</summary>
/// <param name="Force">That the canary has fewer ready endpoints than all of the traffic needs.</param>
/// <param name="Yes">That the canary has had too few requests to judge it by.</param>
internal sealed record PromotionConsent(bool Force, bool Yes);
