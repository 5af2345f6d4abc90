namespace ModelServing.Infra.Workloads;

/// <summary>The pods of one kind: their image, their number and their size.</summary>
public sealed record PodSize
{
    /// <summary>The least pods.</summary>
    public required int Min { get; init; }

    /// <summary>The most pods.</summary>
    public required int Max { get; init; }

    /// <summary>The processor that a pod asks for, as in <c>500m</c>.</summary>
    public required string Cpu { get; init; }

    /// <summary>The memory that a pod asks for, and may have at most, as in <c>1Gi</c>.</summary>
    public required string Memory { get; init; }

    /// <summary>The use of the processor, in percent of what pods ask for, that the number of pods is steered to.</summary>
    public required int CpuTarget { get; init; }

    /// <summary>The pods that there are stay, whatever they do: stable while a rollout is active, and what is kept warm. Off by default.</summary>
    public bool KeepsReplicas { get; init; }
}
