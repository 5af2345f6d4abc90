using System.Buffers.Binary;
using System.IO.Compression;

namespace ModelServing.Contracts;

/// <summary>
/// A plan's text, compressed in blocks that can be decompressed one by one: a change of a model changes its block, and a reader that knows
/// the others leaves them alone.
/// </summary>
/// <remarks>
/// The format is BGZF, blocked gzip, which any gzip reads: section 4.1 of the SAM/BAM Format Specification (samtools.github.io/hts-specs,
/// SAMv1.pdf). Each block is a member of gzip whose header holds the block's own length:
/// <code>
/// 1f 8b 08 04   00 00 00 00   00 ff   06 00   42 43 02 00 LL LL   ...deflate...   crc32   length of the text
/// gzip, extra   no time               "BC", 2 bytes: length - 1
/// </code>
/// An empty block ends the file. Where a block ends depends only on the models' names beside it, so a model that comes or goes changes one
/// block or two.
/// </remarks>
public static class PlanBlocks
{
    private const int HeaderLength = 18;
    private const int TrailerLength = 8;
    private const int GzipHeaderLength = 10;

    // BGZF allows 64 KiB for a block, and text that can't be compressed grows a little.
    private const int MostText = 65_280;

    // On average, a block ends after this many models; a power of two.
    private const int Models = 32;

    // A block without text.
    private static readonly byte[] End =
    [
        0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 0x06, 0, 0x42, 0x43, 0x02, 0, 0x1b, 0, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    private static ReadOnlySpan<byte> Start => End.AsSpan(0, HeaderLength - sizeof(ushort));

    /// <summary>Whether these are bytes of gzip. JSON never begins like this.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> bytes) => bytes.StartsWith([(byte)0x1f, (byte)0x8b]);

    /// <summary>Compresses a text. Equal texts give equal bytes.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> utf8)
    {
        using var blocks = new MemoryStream();
        using var block = new MemoryStream();
        byte[] header = [.. Start, 0, 0];
        while (!utf8.IsEmpty)
        {
            var length = LengthOfFirst(utf8);
            block.SetLength(0);
            using (var gzip = new GZipStream(block, CompressionLevel.Optimal, leaveOpen: true))
                gzip.Write(utf8[..length]);
            BinaryPrimitives.WriteUInt16LittleEndian(
                header.AsSpan(Start.Length), checked((ushort)(block.Length - GzipHeaderLength + HeaderLength - 1)));
            blocks.Write(header);
            blocks.Write(block.GetBuffer().AsSpan(GzipHeaderLength, (int)block.Length - GzipHeaderLength));
            utf8 = utf8[length..];
        }

        blocks.Write(End);
        return blocks.ToArray();
    }

    /// <summary>Finds the blocks, in their order; null if the bytes are not blocks, as of another program's gzip.</summary>
    public static IReadOnlyList<PlanBlock>? In(ReadOnlySpan<byte> compressed)
    {
        var found = new List<PlanBlock>();
        for (var at = 0; at < compressed.Length;)
        {
            var rest = compressed[at..];
            if (rest.Length < HeaderLength || !rest.StartsWith(Start))
                return null;
            var length = BinaryPrimitives.ReadUInt16LittleEndian(rest[(HeaderLength - sizeof(ushort))..]) + 1;
            if (length < HeaderLength + TrailerLength || length > rest.Length)
                return null;
            var text = BinaryPrimitives.ReadUInt32LittleEndian(rest[(length - sizeof(uint))..length]);
            if (text > ushort.MaxValue + 1)
                return null;
            found.Add(new PlanBlock(at, length, (int)text));
            at += length;
        }

        return found;
    }

    /// <summary>Decompresses blocks, or any gzip.</summary>
    /// <param name="compressed">The bytes.</param>
    /// <param name="buffer">Receives the text, and is replaced if it is too short.</param>
    /// <param name="most">The longest text that is read.</param>
    /// <returns>The length of the text.</returns>
    /// <exception cref="ContractException">They are damaged, or the text is longer.</exception>
    public static int Decompress(ReadOnlySpan<byte> compressed, ref byte[] buffer, int most = PlanDocument.MaxBytes)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        // What the blocks say may be wrong. One byte more, to see that nothing follows.
        var expected = In(compressed)?.Sum(static block => (long)block.TextLength) ?? 0;
        if (buffer.Length <= expected)
            buffer = new byte[Math.Min(expected, most) + 1];
        using var gzip = new GZipStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
        var length = 0;
        try
        {
            while (gzip.Read(buffer.AsSpan(length)) is var count and > 0)
            {
                length += count;
                // A small object may decompress to a very large one.
                if (length > most)
                {
                    throw new ContractException(
                        $"the plan decompresses to more than the {PlanDocument.MaxBytes} bytes that are read");
                }

                if (length == buffer.Length)
                    Array.Resize(ref buffer, Math.Min(most + 1, Math.Max(64 * 1024, length * 2)));
            }
        }
        catch (InvalidDataException e)
        {
            throw new ContractException($"the plan can't be decompressed: {e.Message}", e);
        }

        return length;
    }

    // Ends before a line that begins a model, if its hash is one of some. The name is in the line.
    private static int LengthOfFirst(ReadOnlySpan<byte> utf8)
    {
        var lastModel = 0;
        for (var at = 0; at < utf8.Length;)
        {
            var line = utf8[at..];
            var end = line.IndexOf((byte)'\n');
            line = end < 0 ? line : line[..(end + 1)];
            if (at > 0 && line.StartsWith("    \""u8))
            {
                if (HashOf(line) % Models == 0)
                    return at;
                lastModel = at;
            }

            at += line.Length;
            if (at > MostText)
                return lastModel > 0 ? lastModel : MostText;
        }

        return utf8.Length;
    }

    // FNV-1a. A string's own hash differs from process to process.
    private static uint HashOf(ReadOnlySpan<byte> line)
    {
        var hash = 2166136261;
        foreach (var value in line)
            hash = (hash ^ value) * 16777619;
        return hash ^ (hash >> 16);
    }
}
