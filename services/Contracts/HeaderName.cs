using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Contracts;

/// <summary>An HTTP header's name (RFC 9110, a token) of at most <see cref="MaxLength"/> characters. Only a text of that form becomes
/// one.</summary>
public sealed record HeaderName : IParsable<HeaderName>
{
    /// <summary>The most characters of a name.</summary>
    public const int MaxLength = 128;

    /// <summary>The form of a name, as a regular expression (ECMA 262).</summary>
    public const string Pattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$";

    /// <summary>The form of a name, for messages.</summary>
    public const string Form = "1 to 128 letters, digits and any of !#$%&'*+-.^_`|~";

    private HeaderName(string text) => Text = text;

    public string Text { get; }

    /// <exception cref="FormatException"><paramref name="s"/> is not a header's name.</exception>
    public static HeaderName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"'{s}' is not a header's name: {Form}");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out HeaderName result)
    {
        result = s is { Length: > 0 and <= MaxLength } && s.All(IsTokenCharacter) ? new HeaderName(s) : null;
        return result is not null;
    }

    public override string ToString() => Text;

    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
