namespace ModelServing.Contracts.Experiments;

/// <summary>An arm of an experiment, or stable.</summary>
/// <param name="Weight">Its planned share of the units, in buckets of <see cref="PlanDocument.Buckets"/>.</param>
public sealed record ExperimentArm(string Name, ModelVersion Version, int Weight);
