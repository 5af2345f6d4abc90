using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Features.Definitions;

/// <summary>
/// A feature view's name: <c>[a-z0-9][a-z0-9-]{0,39}</c>. Only a text of that form becomes one, so a name can be part of a path, a URL or
/// an object's key without being escaped.
/// </summary>
[JsonConverter(typeof(ViewNameJsonConverter))]
public sealed record ViewName : IComparable<ViewName>
{
    /// <summary>The form of a name, as a regular expression (ECMA 262).</summary>
    public const string Pattern = "^[a-z0-9][a-z0-9-]{0,39}$";

    /// <summary>The form of a name, for messages.</summary>
    public const string Form = "1 to 40 of a-z, 0-9 and '-', beginning with a letter or a digit";

    private const int MaxLength = 40;

    private ViewName(string text) => Text = text;

    public string Text { get; }

    /// <exception cref="FormatException"><paramref name="text"/> is not a view's name.</exception>
    public static ViewName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a view's name: {Form}");

    public static bool TryParse([NotNullWhen(true)] string? text, [MaybeNullWhen(false)] out ViewName name)
    {
        name = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || text[0] == '-')
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }

        name = new ViewName(text);
        return true;
    }

    /// <summary>Orders names by their characters' code points.</summary>
    public int CompareTo(ViewName? other) => string.CompareOrdinal(Text, other?.Text);

    public static bool operator <(ViewName left, ViewName right) => left.CompareTo(right) < 0;

    public static bool operator >(ViewName left, ViewName right) => left.CompareTo(right) > 0;

    public static bool operator <=(ViewName left, ViewName right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ViewName left, ViewName right) => left.CompareTo(right) >= 0;

    public override string ToString() => Text;
}

/// <summary>Writes a <see cref="ViewName"/> as its text.</summary>
public sealed class ViewNameJsonConverter : JsonConverter<ViewName>
{
    public override ViewName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ViewName.TryParse(reader.GetString(), out var name)
            ? name
            : throw new JsonException($"a view's name is {ViewName.Form}");

    public override void Write(Utf8JsonWriter writer, ViewName value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
