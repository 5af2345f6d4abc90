using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts;

/// <summary>
/// A model's name: <c>[a-z0-9][a-z0-9-]{0,39}</c>. Only a text of that form becomes one, so a name can be part of a path, a URL, a DNS
/// label or an object's key without being escaped.
/// </summary>
[JsonConverter(typeof(ModelNameJsonConverter))]
public sealed record ModelName : IParsable<ModelName>, IComparable<ModelName>
{
    /// <summary>The most characters of a name.</summary>
    public const int MaxLength = 40;

    /// <summary>The form of a name, as a regular expression (ECMA 262).</summary>
    public const string Pattern = "^[a-z0-9][a-z0-9-]{0,39}$";

    /// <summary>The form of a name, for messages.</summary>
    public const string Form = "1 to 40 of a-z, 0-9 and '-', beginning with a letter or a digit";

    private ModelName(string text) => Text = text;

    public string Text { get; }

    /// <exception cref="FormatException"><paramref name="s"/> is not a model name.</exception>
    public static ModelName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException(
            $"'{s}' is not a model's name: {Form}");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out ModelName result)
    {
        result = null;
        if (string.IsNullOrEmpty(s) || s.Length > MaxLength || s[0] == '-')
            return false;
        foreach (var c in s)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }

        result = new ModelName(s);
        return true;
    }

    /// <summary>Orders names by their characters' code points.</summary>
    public int CompareTo(ModelName? other) => string.CompareOrdinal(Text, other?.Text);

    public static bool operator <(ModelName left, ModelName right) => left.CompareTo(right) < 0;

    public static bool operator >(ModelName left, ModelName right) => left.CompareTo(right) > 0;

    public static bool operator <=(ModelName left, ModelName right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ModelName left, ModelName right) => left.CompareTo(right) >= 0;

    public override string ToString() => Text;
}

/// <summary>Writes a <see cref="ModelName"/> as its text, as a value and as a property's name.</summary>
public sealed class ModelNameJsonConverter : JsonConverter<ModelName>
{
    public override ModelName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        From(reader.GetString());

    public override void Write(Utf8JsonWriter writer, ModelName value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);

    public override ModelName ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        From(reader.GetString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, ModelName value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Text);

    private static ModelName From(string? text) => ModelName.TryParse(text, null, out var name)
        ? name
        : throw new JsonException($"'{text}' is not a model's name: {ModelName.Form}");
}
