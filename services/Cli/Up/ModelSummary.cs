namespace ModelServing.Cli.Up;

/// <summary>Where one model answers.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Rollout">Its variants in words.</param>
/// <param name="Infer">Where inference requests are posted.</param>
/// <param name="Example">A command that gets an answer.</param>
internal sealed record ModelSummary(string Model, string Rollout, string Infer, string Example);
