using Newtonsoft.Json;
using Newtonsoft.Json.Converters;

namespace Oci.Common.Http;

/// <summary>Reads an unknown enum value as <c>UnknownEnumValue</c>.</summary>
internal sealed class LenientEnumConverter : StringEnumConverter
{
    public override object ReadJson(JsonReader reader, Type objectType, object existingValue, JsonSerializer serializer)
    {
        try
        {
            return base.ReadJson(reader, objectType, existingValue, serializer);
        }
        catch (JsonSerializationException)
        {
            return Enum.Parse(Nullable.GetUnderlyingType(objectType) ?? objectType, "UnknownEnumValue");
        }
    }
}
