namespace ModelServing.Infra.Workloads;

/// <summary>The number and size of one kind of pods.</summary>
public sealed record PodSize
{
    /// <summary>The smallest number of pods.</summary>
    public required int Min { get; init; }

    /// <summary>The largest number of pods.</summary>
    public required int Max { get; init; }

    /// <summary>The CPU that a pod requests, as in <c>500m</c>.</summary>
    public required string Cpu { get; init; }

    /// <summary>The memory that a pod requests, which is also its limit, as in <c>1Gi</c>.</summary>
    public required string Memory { get; init; }

    /// <summary>The CPU utilization that the autoscaler aims for, in percent of the request.</summary>
    public required int CpuTarget { get; init; }

    /// <summary>Whether the autoscaler never removes pods, however idle they are: stable while a rollout is active, and versions that are
    /// kept warm. False by default.</summary>
    public bool KeepsReplicas { get; init; }
}
