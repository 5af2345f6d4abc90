using System.Text.Json.Serialization;

namespace ModelServing.Functions.Rollback;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RollbackReport))]
[JsonSerializable(typeof(AlarmEvidence))]
internal sealed partial class RollbackJson : JsonSerializerContext;
