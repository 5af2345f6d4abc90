using System.Globalization;
using System.Text;

namespace ModelServing.Contracts;

/// <summary>
/// Makes text that others have chosen safe to show: a terminal obeys control characters (also those from U+0080 to U+009F), and format
/// characters change the direction in which a line is read.
/// </summary>
public static class VisibleText
{
    /// <summary>The text with a replacement character for each one that would not be seen.</summary>
    public static string From(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Rewrite(text, static (visible, _) => visible.Append(Rune.ReplacementChar));
    }

    /// <summary>JSON in which each of these characters is escaped. It has the same meaning. Line ends and tabs stay, because strings can't
    /// have them.</summary>
    public static string Json(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Rewrite(json, static (visible, rune) =>
        {
            if (rune.Value is '\n' or '\r' or '\t')
            {
                visible.Append(rune);
                return;
            }

            Span<char> units = stackalloc char[2];
            foreach (var unit in units[..rune.EncodeToUtf16(units)])
                visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        });
    }

    /// <summary>Several lines, with their ends and tabs.</summary>
    public static string Lines(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Rewrite(text, static (visible, rune) => visible.Append(rune.Value is '\n' or '\r' or '\t' ? rune : Rune.ReplacementChar));
    }

    // Half a surrogate pair is enumerated as the replacement character.
    private static string Rewrite(string text, Action<StringBuilder, Rune> rewrite)
    {
        if (IsPlain(text))
            return text;
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHidden(rune))
                rewrite(visible, rune);
            else
                visible.Append(rune);
        }

        return visible.ToString();
    }

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
