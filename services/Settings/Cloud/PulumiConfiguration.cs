using System.Globalization;
using System.Text;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The size of a stack's configuration in the variable in which Pulumi hands it to a .NET program: a JSON object, whose values are
/// texts. The text of a map or a list is JSON itself.</summary>
internal static class PulumiConfiguration
{
    // Linux takes 32 pages for one variable, with its name and the zero at its end.
    internal const int MaxBytes = (128 * 1024) - 1 - NameBytes;

    private const int NameBytes = 14;

    // The quotes, the colon and the comma of an entry.
    private const int ForEntry = 6;

    /// <summary>Computes the number of bytes of the settings of this project.</summary>
    internal static int BytesOf(SettingsNode root) => root is SettingsNode.Mapping settings
        ? 1 + settings.Entries.Sum(static entry =>
            ForEntry + StackFile.Namespace.Length + Escaped(entry.Key) + Escaped(TextOf(entry.Value)))
        : 0;

    private static string TextOf(SettingsNode node)
    {
        if (node is SettingsNode.Scalar scalar)
            return scalar.Text;
        var text = new StringBuilder();
        Write(node, text);
        return text.ToString();
    }

    private static void Write(SettingsNode node, StringBuilder to)
    {
        switch (node)
        {
            case SettingsNode.Mapping map:
                to.Append('{');
                foreach (var (entry, i) in map.Entries.Select(static (entry, i) => (entry, i)))
                {
                    to.Append(i > 0 ? ",\"" : "\"").Append(entry.Key).Append("\":");
                    Write(entry.Value, to);
                }

                to.Append('}');
                break;
            case SettingsNode.Sequence list:
                to.Append('[');
                foreach (var (item, i) in list.Items.Select(static (item, i) => (item, i)))
                {
                    to.Append(i > 0 ? "," : "");
                    Write(item, to);
                }

                to.Append(']');
                break;
            case SettingsNode.Scalar { Text: var text } when IsBare(text):
                to.Append(text);
                break;
            case SettingsNode.Scalar { Text: var text }:
                to.Append('"').Append(text).Append('"');
                break;
            default:
                to.Append("null");
                break;
        }
    }

    private static bool IsBare(string text) =>
        text is "true" or "false" || decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    // The length in a JSON text as Go writes it.
    private static int Escaped(string text)
    {
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Value switch
            {
                '"' or '\\' or '\n' or '\r' or '\t' => 2,
                < ' ' or '<' or '>' or '&' => 6,
                _ => rune.Utf8SequenceLength,
            };
        }

        return bytes;
    }
}
