using System.Text.Json.Serialization;

namespace ModelServing.OnlineStore;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FillRecord))]
[JsonSerializable(typeof(ViewMarker))]
internal sealed partial class MarkerJson : JsonSerializerContext;
