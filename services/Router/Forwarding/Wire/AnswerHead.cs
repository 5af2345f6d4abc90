using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Router.Forwarding.Wire;

/// <summary>The head of an endpoint's answer.</summary>
/// <remarks>
/// The parser is strict: it refuses everything that two readers could read in two ways (two lengths, a length and chunks, a folded line, a
/// bare line end inside a value). So no part of a head can become a header of its own at the client.
/// </remarks>
internal readonly struct AnswerHead
{
    /// <summary>The most bytes of a head.</summary>
    internal const int MaxLength = 64 * 1024;

    private const string Digits = "0123456789";

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        Encoding.ASCII.GetBytes("!#$%&'*+-.^_`|~" + Digits + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"));

    // All control characters except the tab.
    private static readonly SearchValues<byte> InvalidValueBytes = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(static b => b != '\t').Append(127).Select(static b => (byte)b)]);

    private static readonly SearchValues<byte> DigitBytes = SearchValues.Create(Encoding.ASCII.GetBytes(Digits));

    internal int Status { get; private init; }

    /// <summary>The head's length in bytes, including the empty line.</summary>
    internal int Length { get; private init; }

    internal BodyFraming Framing { get; private init; }

    internal long ContentLength { get; private init; }

    /// <summary>Whether the connection may be used again once the body is read.</summary>
    internal bool KeepAlive { get; private init; }

    /// <summary>Whether the version reports that its outputs hold NaN or infinity.</summary>
    internal bool IsNonFinite { get; private init; }

    /// <summary>Whether the version refused the request because of other requests.</summary>
    internal bool IsBusy { get; private init; }

    /// <summary>Whether Connection names headers that are only for this hop.</summary>
    private bool NamesHeaders { get; init; }

    /// <summary>Parses a head at the beginning of <paramref name="bytes"/>.</summary>
    /// <returns>False if more bytes are needed.</returns>
    /// <exception cref="BadAnswerException">The bytes are not a head of HTTP/1.1.</exception>
    internal static bool TryParse(ReadOnlySpan<byte> bytes, out AnswerHead head)
    {
        head = default;
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0 ? bytes.Length > MaxLength : end + 4 > MaxLength)
            throw new BadAnswerException($"its head has more than {MaxLength} bytes");
        if (end < 0)
            return false;
        var lines = bytes[..(end + 2)];
        var status = StatusOf(NextLine(ref lines), out var keepAlive);
        long? length = null;
        var chunked = false;
        var namesHeaders = false;
        var isNonFinite = false;
        var isBusy = false;
        while (!lines.IsEmpty)
        {
            var line = NextLine(ref lines);
            var colon = line.IndexOfAnyExcept(NameBytes);
            if (colon <= 0 || line[colon] != ':')
                throw new BadAnswerException("a line of its head is not a header");
            var name = line[..colon];
            var value = ValueOf(line, colon);
            if (value.ContainsAny(InvalidValueBytes))
                throw new BadAnswerException("a value in its head has a control character");
            if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
            {
                if (value.IsEmpty ||
                    value.ContainsAnyExcept(DigitBytes) ||
                    !Utf8Parser.TryParse(value, out long parsed, out _) ||
                    (length is { } other && other != parsed))
                    throw new BadAnswerException("its Content-Length is not a length");
                length = parsed;
            }
            else if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
            {
                if (chunked || !Ascii.EqualsIgnoreCase(value, "chunked"u8))
                    throw new BadAnswerException("its Transfer-Encoding is not 'chunked'");
                chunked = true;
            }
            else if (Ascii.EqualsIgnoreCase(name, "connection"u8))
            {
                foreach (var part in value.Split((byte)','))
                {
                    var option = value[part].Trim(" \t"u8);
                    if (Ascii.EqualsIgnoreCase(option, "close"u8))
                        keepAlive = false;
                    else if (!Ascii.EqualsIgnoreCase(option, "keep-alive"u8))
                        namesHeaders = true;
                }
            }
            else if (Ascii.EqualsIgnoreCase(name, "x-model-outcome"u8))
            {
                isNonFinite = Ascii.EqualsIgnoreCase(value, HeaderNames.NonFinite);
                isBusy = Ascii.EqualsIgnoreCase(value, HeaderNames.Busy);
            }
        }

        if (chunked && length is not null)
            throw new BadAnswerException("it has both Content-Length and Transfer-Encoding");
        var hasNoBody = status is 204 or 304 or < 200;
        var framing = hasNoBody || length is not null ? BodyFraming.Length : chunked ? BodyFraming.Chunked : BodyFraming.UntilClose;
        // A 204 that announces a body may send one, which would be read as the next answer on this connection.
        var mayLie = status == 204 && (length > 0 || chunked);
        head = new AnswerHead
        {
            Status = status,
            Length = end + 4,
            Framing = framing,
            ContentLength = hasNoBody ? 0 : length ?? 0,
            KeepAlive = keepAlive && framing != BodyFraming.UntilClose && !mayLie,
            NamesHeaders = namesHeaders,
            IsNonFinite = isNonFinite,
            IsBusy = isBusy,
        };
        return true;
    }

    /// <summary>Copies status and headers to the client's response, except hop-by-hop headers and headers that only the router may
    /// set.</summary>
    /// <param name="bytes">The head.</param>
    /// <param name="response">The client's response.</param>
    /// <param name="timing">The router's own times, to which those of the endpoint are added.</param>
    internal void CopyTo(ReadOnlySpan<byte> bytes, HttpResponse response, ref ServerTiming timing)
    {
        response.StatusCode = Status;
        bytes = bytes[..(Length - 2)];
        var lines = bytes;
        NextLine(ref lines);
        while (!lines.IsEmpty)
        {
            var line = NextLine(ref lines);
            var colon = line.IndexOf((byte)':');
            var name = line[..colon];
            if (IsDropped(name) || (NamesHeaders && IsNamed(bytes, name)))
                continue;
            var value = ValueOf(line, colon);
            if (Ascii.EqualsIgnoreCase(name, "content-type"u8))
                response.ContentType = value.SequenceEqual("application/json"u8) ? "application/json" : Encoding.Latin1.GetString(value);
            else if (Ascii.EqualsIgnoreCase(name, HeaderNames.ServerTiming))
                timing.Add(value);
            else
                response.Headers.Append(Encoding.Latin1.GetString(name), Encoding.Latin1.GetString(value));
        }
    }

    private static int StatusOf(ReadOnlySpan<byte> line, out bool keepAlive)
    {
        keepAlive = false;
        if (line.Length < 12 ||
            !line.StartsWith("HTTP/1."u8) ||
            line[7] is not ((byte)'0' or (byte)'1') ||
            line[8] != ' ' ||
            (line.Length > 12 && line[12] != ' ') ||
            line[9..12].ContainsAnyExcept(DigitBytes))
            throw new BadAnswerException("its status line is not HTTP/1.1");
        keepAlive = line[7] == '1';
        var status = ((line[9] - '0') * 100) + ((line[10] - '0') * 10) + (line[11] - '0');
        // 101 is refused too: the router never asks for another protocol.
        return status is >= 100 and < 600 and not 101 ? status : throw new BadAnswerException($"its status is {status}");
    }

    private static bool IsNamed(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> header)
    {
        NextLine(ref bytes);
        while (!bytes.IsEmpty)
        {
            var line = NextLine(ref bytes);
            var colon = line.IndexOf((byte)':');
            if (!Ascii.EqualsIgnoreCase(line[..colon], "connection"u8))
                continue;
            var value = ValueOf(line, colon);
            foreach (var part in value.Split((byte)','))
            {
                if (Ascii.EqualsIgnoreCase(value[part].Trim(" \t"u8), header))
                    return true;
            }
        }

        return false;
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
        16 => Ascii.EqualsIgnoreCase(name, "proxy-connection"u8) || Ascii.EqualsIgnoreCase(name, HeaderNames.ModelFailover),
        17 => Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8),
        18 => Ascii.EqualsIgnoreCase(name, "proxy-authenticate"u8),
        _ => false,
    };

    private static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> line, int colon) => line[(colon + 1)..].Trim(" \t"u8);

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf("\r\n"u8);
        var line = lines[..end];
        lines = lines[(end + 2)..];
        return line;
    }
}
