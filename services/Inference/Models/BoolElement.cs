using System.Text.Json;

namespace ModelServing.Inference.Models;

internal readonly struct BoolElement : IElement<bool>
{
    public static string Description => "true or false";

    public static bool TryRead(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return value || reader.TokenType == JsonTokenType.False;
    }

    public static void Write(Utf8JsonWriter json, bool value) => json.WriteBooleanValue(value);
}
