using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ModelServing.Contracts;
using ModelServing.Registry.Profiles;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry;

/// <summary>The JSON form of the registry's documents: camelCase, indented, unknown members refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(SchemaNumber))]
[JsonSerializable(typeof(TrainingDocument))]
[JsonSerializable(typeof(TrainingProfile))]
[JsonSerializable(typeof(Verdict))]
internal sealed partial class RegistryJson : JsonSerializerContext
{
    internal static T Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type, string document)
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, type) ?? throw new ContractException($"the {document} is null");
        }
        catch (JsonException e)
        {
            throw new ContractException($"the {document} can't be read: {e.Message}", e);
        }
    }
}
