namespace ModelServing.Cli.Up;

/// <summary>The addresses of one model.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Rollout">The variants in words.</param>
/// <param name="Infer">The address for inference requests.</param>
/// <param name="Example">An example command.</param>
internal sealed record ModelSummary(string Model, string Rollout, string Infer, string Example);
