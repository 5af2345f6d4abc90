using System.Text.Json.Serialization;
using ModelServing.Contracts.Admin;

namespace ModelServing.Contracts.Experiments;

/// <summary>What a metric of an experiment measures.</summary>
[JsonConverter(typeof(WordJsonConverter<ExperimentMetricKind>))]
public enum ExperimentMetricKind
{
    /// <summary>How often the outcome has a given value.</summary>
    Rate,

    /// <summary>The mean of a numeric outcome, or of the cost of decisions.</summary>
    Mean,

    /// <summary>How well a score ranks: the area under the curve, and the average precision.</summary>
    Ranking,

    /// <summary>Latency or failures.</summary>
    Operational,
}
