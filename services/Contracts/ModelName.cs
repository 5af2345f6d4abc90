using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts;

/// <summary>
/// A model's name: <c>[a-z0-9][a-z0-9-]{0,39}</c>. Only a text of that form becomes one, so a name can stand in a path, a URL,
/// a DNS label or an object's key without being escaped.
/// </summary>
[JsonConverter(typeof(ModelNameJsonConverter))]
public sealed record ModelName : IParsable<ModelName>, IComparable<ModelName>
{
    /// <summary>The most characters a name may have.</summary>
    public const int MaxLength = 40;

    /// <summary>What a name must look like, as a regular expression (ECMA 262).</summary>
    public const string Pattern = "^[a-z0-9][a-z0-9-]{0,39}$";

    /// <summary>What a name must look like, for a person.</summary>
    public const string Form = "1 to 40 of a-z, 0-9 and '-', beginning with a letter or a digit";

    private ModelName(string text) => Text = text;

    /// <summary>The name itself.</summary>
    public string Text { get; }

    /// <summary>Reads a name.</summary>
    /// <exception cref="FormatException"><paramref name="s"/> is not a model name.</exception>
    public static ModelName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException(
            $"'{s}' is not a model's name: {Form}");

    /// <summary>Reads a name; false when <paramref name="s"/> is not one.</summary>
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

    /// <summary>True when <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(ModelName left, ModelName right) => left.CompareTo(right) < 0;

    /// <summary>True when <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(ModelName left, ModelName right) => left.CompareTo(right) > 0;

    /// <summary>True when <paramref name="left"/> does not come after <paramref name="right"/>.</summary>
    public static bool operator <=(ModelName left, ModelName right) => left.CompareTo(right) <= 0;

    /// <summary>True when <paramref name="left"/> does not come before <paramref name="right"/>.</summary>
    public static bool operator >=(ModelName left, ModelName right) => left.CompareTo(right) >= 0;

    /// <summary>The name itself.</summary>
    public override string ToString() => Text;
}

/// <summary>Writes a <see cref="ModelName"/> as its text, as a value and as a property's name.</summary>
public sealed class ModelNameJsonConverter : JsonConverter<ModelName>
{
    /// <inheritdoc/>
    public override ModelName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => From(reader.GetString());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ModelName value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);

    /// <inheritdoc/>
    public override ModelName ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => From(reader.GetString());

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, ModelName value, JsonSerializerOptions options) => writer.WritePropertyName(value.Text);

    private static ModelName From(string? text) => ModelName.TryParse(text, null, out var name)
        ? name
        : throw new JsonException($"'{text}' is not a model's name: {ModelName.Form}");
}
