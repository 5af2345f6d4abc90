using System.Text.Json.Serialization;

namespace ModelServing.Functions.ModelMetrics;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelMetricsReport))]
internal sealed partial class ModelMetricsJson : JsonSerializerContext;
