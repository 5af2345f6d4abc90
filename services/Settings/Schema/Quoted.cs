using System.Globalization;
using System.Text;

namespace ModelServing.Settings.Schema;

/// <summary>How what was written is quoted in a message: in one line that a terminal prints as it is, and never at length.</summary>
internal static class Quoted
{
    private const int MaxLength = 60;

    internal static string From(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= MaxLength)
                return shown.Append('…').ToString();
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else
                shown.Append(rune);
        }

        return shown.ToString();
    }
}
