using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Features.Events;

namespace ModelServing.Features.Definitions;

/// <summary>The type of a field: <c>int64</c>, <c>decimal(SCALE)</c>, <c>bool</c>, <c>string</c> or <c>time</c>.</summary>
/// <param name="Kind">The kind of its values.</param>
/// <param name="Scale">Of a decimal: the digits after the decimal point.</param>
[JsonConverter(typeof(FieldTypeJsonConverter))]
public readonly record struct FieldType(FieldKind Kind, int Scale = 0)
{
    /// <summary>The forms of a type, for messages.</summary>
    public const string Form = "int64, decimal(2) with 0 to 9 decimal places, bool, string or time";

    /// <summary>The forms of a type, as a regular expression (ECMA 262).</summary>
    public const string Pattern = "^(int64|decimal\\([0-9]\\)|bool|string|time)$";

    private const string DecimalPrefix = "decimal(";

    /// <summary>True for a type whose values can be added and compared.</summary>
    public bool IsNumber => Kind is FieldKind.Int64 or FieldKind.Decimal or FieldKind.Bool or FieldKind.Time;

    /// <summary>The whole steps of 1: 100 for <c>decimal(2)</c>.</summary>
    internal long Unit
    {
        get
        {
            var unit = 1L;
            for (var i = 0; i < Scale; i++)
                unit *= 10;
            return unit;
        }
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out FieldType type)
    {
        type = text switch
        {
            "int64" => new FieldType(FieldKind.Int64),
            "bool" => new FieldType(FieldKind.Bool),
            "string" => new FieldType(FieldKind.String),
            "time" => new FieldType(FieldKind.Time),
            ['d', 'e', 'c', 'i', 'm', 'a', 'l', '(', >= '0' and <= '9' and var digit, ')'] => new FieldType(FieldKind.Decimal, digit - '0'),
            _ => default,
        };
        return type.Kind != FieldKind.None;
    }

    public override string ToString() => Kind switch
    {
        FieldKind.Int64 => "int64",
        FieldKind.Decimal => $"{DecimalPrefix}{Scale})",
        FieldKind.Bool => "bool",
        FieldKind.String => "string",
        FieldKind.Time => "time",
        _ => "none",
    };
}

/// <summary>Writes a <see cref="FieldType"/> as its text.</summary>
public sealed class FieldTypeJsonConverter : JsonConverter<FieldType>
{
    public override FieldType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && FieldType.TryParse(reader.GetString(), out var type)
            ? type
            : throw new JsonException($"a type is {FieldType.Form}");

    public override void Write(Utf8JsonWriter writer, FieldType value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
