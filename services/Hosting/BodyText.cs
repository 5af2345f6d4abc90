using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ModelServing.Hosting;

/// <summary>
/// Checks that all text of a body is text, before the JSON is read: it must be UTF-8 (RFC 8259, 8.1), and no escape may be half of a
/// surrogate pair (8.2). The JSON reader would find such text late or never, and would report it as a fault of its caller.
/// </summary>
public static class BodyText
{
    private const int EscapeLength = 6;

    /// <summary>Finds what is not text: the field as <see cref="JsonPlace"/> names it, which is empty for the body as a whole, and the
    /// fault. Null if all of it is text.</summary>
    public static (string Field, string Message)? FindFault(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
            return Fault(body, FindInvalidByte(body), "it has bytes that are not valid UTF-8");
        var half = FindHalfPair(body);
        return half < 0
            ? null
            : Fault(body, half, $"it has '{Ascii(body[half..])}', which is half of a surrogate pair and not a character");
    }

    private static (string Field, string Message) Fault(ReadOnlySpan<byte> body, int at, string message)
    {
        var field = JsonPlace.Find(body, at);
        return field.Length > 0 ? (field, message) : ("", $"the body can't be read as text at byte {at}: {message}");
    }

    private static int FindInvalidByte(ReadOnlySpan<byte> body)
    {
        Span<char> ignored = stackalloc char[1024];
        var at = 0;
        OperationStatus status;
        do
        {
            status = Utf8.ToUtf16(body[at..], ignored, out var read, out _, replaceInvalidSequences: false);
            at += read;
        }
        while (status == OperationStatus.DestinationTooSmall);
        return at;
    }

    // In JSON a backslash occurs only in a string. In any other text the JSON reader finds the fault.
    private static int FindHalfPair(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("\\u"u8) < 0)
            return -1;
        var at = 0;
        while (true)
        {
            var next = body[at..].IndexOf((byte)'\\');
            if (next < 0)
                return -1;
            at += next;
            var unit = EscapedUnit(body[at..]);
            if (unit is null)
                at += Math.Min(2, body.Length - at);
            else if (char.IsHighSurrogate(unit.Value) && EscapedUnit(body[(at + EscapeLength)..]) is { } low && char.IsLowSurrogate(low))
                at += 2 * EscapeLength;
            else if (char.IsSurrogate(unit.Value))
                return at;
            else
                at += EscapeLength;
        }
    }

    // The UTF-16 unit of an escape at the start of a text; null if it does not start with one.
    private static char? EscapedUnit(ReadOnlySpan<byte> text)
    {
        if (text.Length < EscapeLength || text[0] != '\\' || text[1] != 'u')
            return null;
        return ushort.TryParse(text[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
    }

    private static string Ascii(ReadOnlySpan<byte> escape) => Encoding.ASCII.GetString(escape[..EscapeLength]);
}
