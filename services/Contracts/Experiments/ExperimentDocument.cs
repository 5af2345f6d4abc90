using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Experiments;

/// <summary>An experiment as the job that analyses it gets it: its arms, and what is to be known about each.</summary>
public sealed record ExperimentDocument
{
    public required ModelName Model { get; init; }

    /// <summary>The experiment's name.</summary>
    public required string Name { get; init; }

    /// <summary>The revision of the rollout. Predictions of other revisions do not count.</summary>
    public required string Revision { get; init; }

    /// <summary>Stable and the arms that get traffic, stable last.</summary>
    public required IReadOnlyList<ExperimentArm> Arms { get; init; }

    /// <summary>What is compared, each by its name.</summary>
    public required IReadOnlyList<ExperimentMetric> Metrics { get; init; }

    /// <summary>The share of errors of the whole report.</summary>
    public required double Alpha { get; init; }

    /// <summary>How long after its first prediction a unit's predictions and outcomes count, in milliseconds.</summary>
    public required long WindowMilliseconds { get; init; }

    /// <summary>Whether the rollout has a routing key. Without one, each request is a unit.</summary>
    public required bool HasRoutingKey { get; init; }

    /// <summary>Whether there is something to compare: stable and an arm get traffic.</summary>
    [JsonIgnore]
    public bool IsComparable => Arms.Count > 1 && Arms[^1].Name == VariantPlan.Stable;

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.ExperimentDocument);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static ExperimentDocument Parse(ReadOnlySpan<byte> utf8)
    {
        var document = ContractsJson.Read(utf8, ContractsJson.Default.ExperimentDocument, "experiment");
        if (!document.IsComparable)
            throw new ContractException("the experiment's arms must be two or more, and end with 'stable'");
        if (document.Arms.Any(static arm => arm.Weight <= 0))
            throw new ContractException("the experiment has an arm without traffic");
        if (document.Alpha is not (> 0 and < 1))
            throw new ContractException("the experiment's alpha must be above 0 and below 1");
        if (document.WindowMilliseconds <= 0)
            throw new ContractException("the experiment's windowMilliseconds must be above 0");
        return document;
    }
}
