using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Features.Definitions;

/// <summary>Writes an <see cref="Aggregation"/> as its key in a view's file.</summary>
internal sealed class AggregationJsonConverter()
    : JsonStringEnumConverter<Aggregation>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
