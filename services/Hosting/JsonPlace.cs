using System.Text;
using System.Text.Json;

namespace ModelServing.Hosting;

/// <summary>The place of a byte in a JSON text, as in <c>inputs[0].data[2]</c>. It is only for messages, so it may read the text from its
/// beginning.</summary>
public static class JsonPlace
{
    // A deeper place is named by what contains it.
    private const int MaxDepth = 6;

    private const int MaxShownBytes = 80;

    /// <summary>Finds the member or element that a byte belongs to. Empty if the byte is in none, or if the text before it is not
    /// JSON.</summary>
    public static string Find(ReadOnlySpan<byte> json, int at)
    {
        var reader = new Utf8JsonReader(json);
        var open = new List<Container>();
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
                {
                    open.RemoveAt(open.Count - 1);
                    continue;
                }

                var isName = reader.TokenType == JsonTokenType.PropertyName;
                if (open.Count > 0)
                    open[^1] = isName ? open[^1] with { Member = Shown(reader.ValueSpan) } : open[^1].Next();
                if (at < reader.BytesConsumed)
                    return at < reader.TokenStartIndex ? "" : Text(open);
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    open.Add(new Container(reader.TokenType == JsonTokenType.StartArray, -1, ""));
            }
        }
        catch (JsonException)
        {
            // What was read so far has a place, but the byte is where the text stops being JSON.
        }

        return "";
    }

    /// <summary>The beginning of a text of the caller's, for a message.</summary>
    public static string Shown(ReadOnlySpan<byte> text) => text.Length <= MaxShownBytes
        ? Encoding.UTF8.GetString(text)
        : Encoding.UTF8.GetString(text[..MaxShownBytes]) + "...";

    private static string Text(List<Container> open)
    {
        var text = new StringBuilder();
        foreach (var container in open.Take(MaxDepth))
        {
            if (container.IsArray)
                text.Append('[').Append(container.Index).Append(']');
            else
                text.Append(text.Length > 0 ? "." : "").Append(container.Member);
        }

        return text.ToString();
    }

    /// <summary>An array or object that is open, with its current element or member.</summary>
    private readonly record struct Container(bool IsArray, int Index, string Member)
    {
        internal Container Next() => IsArray ? this with { Index = Index + 1 } : this;
    }
}
