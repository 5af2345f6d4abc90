using System.Text.Json.Serialization;

namespace ModelServing.Cache.Reports;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(InputReport))]
internal sealed partial class InputReportJson : JsonSerializerContext;
