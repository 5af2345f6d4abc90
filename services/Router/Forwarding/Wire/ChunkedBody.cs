using System.Buffers;
using System.Globalization;
using System.Text;

namespace ModelServing.Router.Forwarding.Wire;

/// <summary>Decodes a chunked body (RFC 9112, 7.1). Ignores extensions and trailers.</summary>
internal sealed class ChunkedBody
{
    private const int MaxLine = 4096;

    private Step step = Step.Size;
    private long left;

    private enum Step
    {
        Size,
        Data,
        DataEnd,
        Trailer,
        Done,
    }

    internal bool IsDone => step == Step.Done;

    /// <summary>Decodes as much of <paramref name="input"/> as possible.</summary>
    /// <returns>The number of bytes of the input that were used.</returns>
    /// <exception cref="BadAnswerException">The input is not a chunked body.</exception>
    internal int Decode(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        var used = 0;
        while (step != Step.Done)
        {
            var rest = input[used..];
            if (step == Step.Data)
            {
                var data = rest[..(int)Math.Min(left, rest.Length)];
                output.Write(data);
                used += data.Length;
                left -= data.Length;
                if (left > 0)
                    return used;
                step = Step.DataEnd;
                continue;
            }

            var end = rest.IndexOf("\r\n"u8);
            if (end > MaxLine || (end < 0 && rest.Length > MaxLine + 1))
                throw new BadAnswerException($"a chunk's line has more than {MaxLine} bytes");
            if (end < 0)
                return used;
            used += end + 2;
            Line(rest[..end]);
        }

        return used;
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        switch (step)
        {
            case Step.Size:
                var digits = line.IndexOf((byte)';') is var semicolon and >= 0 ? line[..semicolon].TrimEnd(" \t"u8) : line;
                const NumberStyles Hex = NumberStyles.AllowHexSpecifier;
                if (digits.Length is 0 or > 15 ||
                    !long.TryParse(Encoding.Latin1.GetString(digits), Hex, CultureInfo.InvariantCulture, out left))
                    throw new BadAnswerException("a chunk's size is not a number");
                step = left == 0 ? Step.Trailer : Step.Data;
                break;
            case Step.DataEnd when line.IsEmpty:
                step = Step.Size;
                break;
            case Step.Trailer:
                if (line.IsEmpty)
                    step = Step.Done;
                break;
            default:
                throw new BadAnswerException("a chunk is longer than its size");
        }
    }
}
