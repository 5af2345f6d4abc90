using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Features.Definitions;

/// <summary>Writes a duration as its whole number of milliseconds.</summary>
internal sealed class MillisecondsJsonConverter : JsonConverter<TimeSpan>
{
    private const long Most = 10L * 366 * 24 * 60 * 60 * 1000;

    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number is >= 0 and <= Most
            ? TimeSpan.FromMilliseconds(number)
            : throw new JsonException($"a duration is a whole number of milliseconds, 0 to {Most}");

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((long)value.TotalMilliseconds);
}
