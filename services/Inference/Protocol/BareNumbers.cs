namespace ModelServing.Inference.Protocol;

/// <summary>Finds <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c> without quotes among the elements of arrays. They are not JSON, but
/// Python and Triton write them. Other places must be JSON.</summary>
internal static class BareNumbers
{
    /// <summary>The bytes that quotes add to one of them.</summary>
    internal const int Quotes = 2;

    /// <summary>The number of them.</summary>
    internal static int CountIn(ReadOnlySpan<byte> json) => Scan(json, default);

    /// <summary>Copies a text with quotes around each of them.</summary>
    /// <param name="json">The text.</param>
    /// <param name="quoted">Room for it and the quotes.</param>
    internal static void Quote(ReadOnlySpan<byte> json, Span<byte> quoted) => Scan(json, quoted);

    private static int Scan(ReadOnlySpan<byte> json, Span<byte> quoted)
    {
        var count = 0;
        // The last byte that is not a blank, outside of texts.
        var last = (byte)0;
        var written = 0;
        for (var i = 0; i < json.Length;)
        {
            var length = json[i] == '"' ? LengthOfText(json[i..]) : last is (byte)'[' or (byte)',' ? LengthOfName(json[i..]) : 0;
            var isName = length > 0 && json[i] != '"';
            if (json[i] is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                last = json[i];
            length = Math.Max(1, length);
            if (isName)
                count++;
            if (!quoted.IsEmpty)
            {
                if (isName)
                    quoted[written++] = (byte)'"';
                json.Slice(i, length).CopyTo(quoted[written..]);
                written += length;
                if (isName)
                    quoted[written++] = (byte)'"';
            }

            i += length;
        }

        return count;
    }

    // With its quotes. A text without an end has all that is left.
    private static int LengthOfText(ReadOnlySpan<byte> json)
    {
        for (var i = 1; i < json.Length; i++)
        {
            if (json[i] == '\\')
                i++;
            else if (json[i] == '"')
                return i + 1;
        }

        return json.Length;
    }

    private static int LengthOfName(ReadOnlySpan<byte> json) => json.StartsWith("NaN"u8) ? "NaN".Length
        : json.StartsWith("Infinity"u8) ? "Infinity".Length
        : json.StartsWith("-Infinity"u8) ? "-Infinity".Length
        : 0;
}
