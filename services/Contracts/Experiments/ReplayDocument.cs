namespace ModelServing.Contracts.Experiments;

/// <summary>A replay of logged requests, as the job that makes it gets it.</summary>
public sealed record ReplayDocument
{
    public required ModelName Model { get; init; }

    /// <summary>The candidate; null if the name of the Kubernetes Job has it.</summary>
    public ModelVersion? Version { get; init; }

    /// <summary>What both versions are measured by where outcomes are known. The first threshold makes the decisions.</summary>
    public required IReadOnlyList<ExperimentMetric> Metrics { get; init; }

    /// <summary>How long a call may take, in milliseconds.</summary>
    public required long DeadlineMilliseconds { get; init; }

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.ReplayDocument);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static ReplayDocument Parse(ReadOnlySpan<byte> utf8)
    {
        var document = ContractsJson.Read(utf8, ContractsJson.Default.ReplayDocument, "replay");
        return document.DeadlineMilliseconds > 0
            ? document
            : throw new ContractException("the replay's deadlineMilliseconds must be above 0");
    }
}
