namespace ModelServing.Contracts.Monitoring;

/// <summary>Datapoints of one stream: of one metric with one set of dimensions. The members are those of Monitoring's
/// <c>MetricDataDetails</c> without the compartment.</summary>
public sealed record MetricData
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>The dimensions, 1 to 20; no value is empty.</summary>
    public required IReadOnlyDictionary<string, string> Dimensions { get; init; }

    /// <summary>The datapoints; at least one.</summary>
    public required IReadOnlyList<MetricDatapoint> Datapoints { get; init; }
}
