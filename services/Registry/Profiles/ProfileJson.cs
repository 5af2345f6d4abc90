using System.Text.Json.Serialization;

namespace ModelServing.Registry.Profiles;

/// <summary>Writes a profile on one line: indented, each of its numbers would be one.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TrainingProfile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
