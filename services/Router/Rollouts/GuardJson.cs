using System.Text.Json.Serialization;

namespace ModelServing.Router.Rollouts;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RecordedVerdict))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class GuardJson : JsonSerializerContext;
