using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Contracts;

/// <summary>An HTTP header's name (RFC 9110, a token) of at most <see cref="MaxLength"/> characters. Only a text of that form becomes
/// one.</summary>
public sealed record HeaderName : IParsable<HeaderName>
{
    /// <summary>The most characters a name may have.</summary>
    public const int MaxLength = 128;

    /// <summary>What a name must look like, as a regular expression (ECMA 262).</summary>
    public const string Pattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$";

    /// <summary>What a name must look like, for a person.</summary>
    public const string Form = "1 to 128 letters, digits and any of !#$%&'*+-.^_`|~";

    private HeaderName(string text) => Text = text;

    /// <summary>The name itself.</summary>
    public string Text { get; }

    /// <summary>Reads a name.</summary>
    /// <exception cref="FormatException"><paramref name="s"/> is not a header's name.</exception>
    public static HeaderName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"'{s}' is not a header's name: {Form}");

    /// <summary>Reads a name; false when <paramref name="s"/> is not one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out HeaderName result)
    {
        result = s is { Length: > 0 and <= MaxLength } && s.All(static c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
            ? new HeaderName(s)
            : null;
        return result is not null;
    }

    /// <summary>The name itself.</summary>
    public override string ToString() => Text;
}
