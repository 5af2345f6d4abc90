using System.Text.Json.Serialization;

namespace ModelServing.Registry.FirstRuns;

/// <summary>The JSON form of <see cref="FirstRunLine"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FirstRunLine))]
internal sealed partial class FirstRunJson : JsonSerializerContext;
