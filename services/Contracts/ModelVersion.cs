using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts;

/// <summary>An immutable version of a model, from 1. Its only text form is decimal digits without leading zeros.</summary>
[JsonConverter(typeof(ModelVersionJsonConverter))]
public readonly record struct ModelVersion : IParsable<ModelVersion>, IComparable<ModelVersion>
{
    /// <summary>The largest version.</summary>
    public const int MaxNumber = 999_999_999;

    /// <summary>The form of a version, for messages.</summary>
    public const string Form = "a whole number from 1 to 999999999, without leading zeros";

    private readonly int lessOne;

    /// <exception cref="ArgumentOutOfRangeException">The number is below 1 or above <see cref="MaxNumber"/>.</exception>
    public ModelVersion(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, MaxNumber);
        lessOne = number - 1;
    }

    /// <summary>The version's number, 1 to <see cref="MaxNumber"/>.</summary>
    public int Number => lessOne + 1;

    /// <exception cref="FormatException"><paramref name="s"/> is not a version.</exception>
    public static ModelVersion Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var version) ? version : throw new FormatException(
            $"'{s}' is not a version: {Form}");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ModelVersion result)
    {
        result = default;
        if (string.IsNullOrEmpty(s) || s[0] == '0' || s.Length > 9 ||
            !int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        result = new ModelVersion(number);
        return true;
    }

    public int CompareTo(ModelVersion other) => lessOne.CompareTo(other.lessOne);

    public static bool operator <(ModelVersion left, ModelVersion right) => left.lessOne < right.lessOne;

    public static bool operator >(ModelVersion left, ModelVersion right) => left.lessOne > right.lessOne;

    public static bool operator <=(ModelVersion left, ModelVersion right) => left.lessOne <= right.lessOne;

    public static bool operator >=(ModelVersion left, ModelVersion right) => left.lessOne >= right.lessOne;

    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Writes a <see cref="ModelVersion"/> as a number.</summary>
public sealed class ModelVersionJsonConverter : JsonConverter<ModelVersion>
{
    public override ModelVersion Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) && number is >= 1 and <= ModelVersion.MaxNumber
            ? new ModelVersion(number)
            : throw new JsonException($"a version is {ModelVersion.Form}");

    public override void Write(Utf8JsonWriter writer, ModelVersion value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Number);
}
