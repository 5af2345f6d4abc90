namespace ModelServing.Infra.Network;

/// <summary>
/// A connection that may be opened: an egress rule in the group that it leaves, and an ingress rule in the group that it enters. The
/// rules are stateful, so the answer needs no rule.
/// </summary>
/// <param name="From">The end that opens it.</param>
/// <param name="To">The end that accepts it.</param>
/// <param name="Traffic">The protocol and ports.</param>
/// <param name="Why">The purpose, which becomes the rules' description.</param>
internal sealed record NetworkFlow(FlowEnd From, FlowEnd To, Traffic Traffic, string Why);
