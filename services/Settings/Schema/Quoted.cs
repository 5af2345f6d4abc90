using System.Globalization;
using System.Text;

namespace ModelServing.Settings.Schema;

/// <summary>Prepares text from a stack file for a message: on one line, safe to print on a terminal, and cut if it is long.</summary>
internal static class Quoted
{
    private const int MaxLength = 60;

    private const int MaxSentence = 300;

    internal static string From(string text) => From(text, MaxLength);

    /// <summary>Prepares a message of the YAML library, which is longer than a value and must be readable to its end.</summary>
    internal static string Sentence(string text) => From(text, MaxSentence);

    private static string From(string text, int most)
    {
        var quoted = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (quoted.Length >= most)
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
