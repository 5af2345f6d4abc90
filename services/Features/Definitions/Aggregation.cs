using System.Text.Json.Serialization;

namespace ModelServing.Features.Definitions;

/// <summary>How a window's events become one value.</summary>
[JsonConverter(typeof(AggregationJsonConverter))]
public enum Aggregation
{
    Count,
    Sum,
    Mean,
    Min,
    Max,

    /// <summary>The value of the latest event.</summary>
    Last,

    /// <summary>The approximate number of different values.</summary>
    Distinct,
}
