using System.Text.Json.Serialization;

namespace ModelServing.Cache.Reports;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FeatureReport))]
internal sealed partial class FeatureReportJson : JsonSerializerContext;
