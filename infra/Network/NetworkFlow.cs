namespace ModelServing.Infra.Network;

/// <summary>
/// Who may open a connection to whom: an egress rule in the group that it leaves and an ingress rule in the one that it enters. Rules
/// are stateful, so an answer needs none.
/// </summary>
/// <param name="From">Who opens it.</param>
/// <param name="To">Who takes it.</param>
/// <param name="Traffic">What it carries.</param>
/// <param name="Why">What it is for.</param>
internal sealed record NetworkFlow(FlowEnd From, FlowEnd To, Traffic Traffic, string Why);
