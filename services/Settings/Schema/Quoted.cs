using System.Globalization;
using System.Text;

namespace ModelServing.Settings.Schema;

/// <summary>Prepares text from a stack file for a message: on one line, safe to print on a terminal, and cut if it is long.</summary>
internal static class Quoted
{
    private const int MaxLength = 60;

    internal static string From(string text)
    {
        var quoted = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (quoted.Length >= MaxLength)
                return quoted.Append('…').ToString();
            if (IsVisible(rune))
                quoted.Append(rune);
            else
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        }

        return quoted.ToString();
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
