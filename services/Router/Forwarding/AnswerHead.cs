using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Router.Forwarding;

/// <summary>How the end of an answer's body is found (RFC 9112, 6.3).</summary>
internal enum BodyFraming
{
    Length,
    Chunked,
    UntilClose,
}

/// <summary>The head of an endpoint's answer.</summary>
internal readonly struct AnswerHead
{
    /// <summary>More bytes than this are no head.</summary>
    internal const int MaxLength = 64 * 1024;

    private static readonly byte[] End = "\r\n\r\n"u8.ToArray();

    internal int Status { get; private init; }

    /// <summary>The head's length in bytes with the empty line.</summary>
    internal int Length { get; private init; }

    internal BodyFraming Framing { get; private init; }

    internal long ContentLength { get; private init; }

    /// <summary>Whether the connection may be used again once the body is read.</summary>
    internal bool KeepAlive { get; private init; }

    /// <summary>Looks for a whole head at the beginning of <paramref name="bytes"/>.</summary>
    /// <returns>False when more bytes are needed.</returns>
    /// <exception cref="BadAnswerException">It is no head of HTTP/1.1.</exception>
    internal static bool TryParse(ReadOnlySpan<byte> bytes, out AnswerHead head)
    {
        head = default;
        var end = bytes.IndexOf(End);
        if (end < 0)
            return bytes.Length <= MaxLength ? false : throw new BadAnswerException($"its head has more than {MaxLength} bytes");
        var lines = bytes[..(end + 2)];
        var line = NextLine(ref lines);
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[8] != ' ' || (line.Length > 12 && line[12] != ' ') ||
            !Utf8Parser.TryParse(line[9..12], out int status, out var digits) || digits != 3 || status < 100)
            throw new BadAnswerException("its status line is no HTTP/1.1");
        var keepAlive = line[7] != '0';
        long? length = null;
        var chunked = false;
        while (!lines.IsEmpty)
        {
            line = NextLine(ref lines);
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[..colon].IndexOfAny((byte)' ', (byte)'\t') >= 0)
                throw new BadAnswerException("a line of its head is no header");
            var name = line[..colon];
            var value = line[(colon + 1)..].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
            {
                if (!Utf8Parser.TryParse(value, out long parsed, out var read) || read != value.Length || parsed < 0 || (length is { } other && other != parsed))
                    throw new BadAnswerException("its Content-Length is no length");
                length = parsed;
            }
            else if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
            {
                if (!Ascii.EqualsIgnoreCase(value, "chunked"u8))
                    throw new BadAnswerException("its Transfer-Encoding is not 'chunked'");
                chunked = true;
            }
            else if (Ascii.EqualsIgnoreCase(name, "connection"u8) && Ascii.EqualsIgnoreCase(value, "close"u8))
            {
                keepAlive = false;
            }
        }

        if (chunked && length is not null)
            throw new BadAnswerException("it has both Content-Length and Transfer-Encoding");
        var none = status is 204 or 304 or < 200;
        var framing = none || length is not null ? BodyFraming.Length : chunked ? BodyFraming.Chunked : BodyFraming.UntilClose;
        head = new AnswerHead
        {
            Status = status,
            Length = end + 4,
            Framing = framing,
            ContentLength = none ? 0 : length ?? 0,
            KeepAlive = keepAlive && framing != BodyFraming.UntilClose,
        };
        return true;
    }

    /// <summary>Copies status and headers to the client's response; what belongs to the hop or is ours to say stays behind.</summary>
    internal void CopyTo(ReadOnlySpan<byte> bytes, HttpResponse response)
    {
        response.StatusCode = Status;
        var lines = bytes[..(Length - 2)];
        NextLine(ref lines);
        while (!lines.IsEmpty)
        {
            var line = NextLine(ref lines);
            var colon = line.IndexOf((byte)':');
            var name = line[..colon];
            if (IsDropped(name))
                continue;
            var value = line[(colon + 1)..].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(name, "content-type"u8))
                response.ContentType = value.SequenceEqual("application/json"u8) ? "application/json" : Encoding.Latin1.GetString(value);
            else
                response.Headers.Append(Encoding.Latin1.GetString(name), Encoding.Latin1.GetString(value));
        }
    }

    private static bool IsDropped(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => Ascii.EqualsIgnoreCase(name, "te"u8),
        4 => Ascii.EqualsIgnoreCase(name, "date"u8),
        6 => Ascii.EqualsIgnoreCase(name, "server"u8),
        7 => Ascii.EqualsIgnoreCase(name, "trailer"u8) || Ascii.EqualsIgnoreCase(name, "upgrade"u8),
        10 => Ascii.EqualsIgnoreCase(name, "connection"u8) || Ascii.EqualsIgnoreCase(name, "keep-alive"u8),
        12 => Ascii.EqualsIgnoreCase(name, HeaderNames.RequestId),
        14 => Ascii.EqualsIgnoreCase(name, "content-length"u8),
        15 => Ascii.EqualsIgnoreCase(name, HeaderNames.ModelVersion) || Ascii.EqualsIgnoreCase(name, HeaderNames.ModelVariant),
        16 => Ascii.EqualsIgnoreCase(name, "proxy-connection"u8),
        17 => Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8),
        18 => Ascii.EqualsIgnoreCase(name, "proxy-authenticate"u8),
        _ => false,
    };

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf("\r\n"u8);
        var line = lines[..end];
        lines = lines[(end + 2)..];
        return line;
    }
}

/// <summary>An endpoint's answer is no HTTP/1.1; the message says what about it.</summary>
internal sealed class BadAnswerException(string message) : Exception(message);
