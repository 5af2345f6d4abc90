using System.Text.Json.Serialization;

namespace ModelServing.Features.Definitions;

/// <summary>The JSON form of definitions: camelCase, on one line, in the order of the declarations, unknown members refused. So equal
/// definitions have equal bytes.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ViewDefinition))]
[JsonSerializable(typeof(SchemaNumber))]
internal sealed partial class FeaturesJson : JsonSerializerContext;
