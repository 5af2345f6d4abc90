using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ModelServing.TestKit.Hostile;

/// <summary>Bytes in a compact form: pieces of text, each some times.</summary>
/// <param name="Pieces">The pieces.</param>
/// <param name="IsUtf8">Whether the text is UTF-8 and <c>\xHH</c> in it one byte. Otherwise each character is one byte.</param>
public sealed record HostileText(IReadOnlyList<(string Text, int Times)> Pieces, bool IsUtf8)
{
    private const int BlockPieces = 4096;

    private byte[]? made;

    /// <summary>The bytes, made once.</summary>
    public byte[] ToBytes() => made ??= Make(static text => text);

    /// <summary>The bytes, with changed pieces.</summary>
    public byte[] Make(Func<string, string> change)
    {
        using var bytes = new MemoryStream();
        foreach (var (text, times) in Pieces)
        {
            var piece = Encode(change(text));
            for (var i = 0; i < times; i++)
                bytes.Write(piece);
        }

        return bytes.ToArray();
    }

    /// <summary>The bytes, compressed by <c>gzip</c> or <c>deflate</c>. They may be far more than their compressed form.</summary>
    public byte[] ToCompressed(string coding)
    {
        using var compressed = new MemoryStream();
        using (Stream compression = coding == "gzip"
            ? new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true)
            : new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            foreach (var (text, times) in Pieces)
            {
                var piece = Encode(text);
                byte[] block = [.. Enumerable.Repeat(piece, Math.Min(times, BlockPieces)).SelectMany(static bytes => bytes)];
                for (var left = times; left > 0; left -= BlockPieces)
                    compression.Write(block, 0, Math.Min(left, BlockPieces) * piece.Length);
            }
        }

        return compressed.ToArray();
    }

    private byte[] Encode(string text)
    {
        if (!IsUtf8)
            return Encoding.Latin1.GetBytes(text);
        var parts = text.Split("\\x");
        var bytes = new List<byte>(Encoding.UTF8.GetBytes(parts[0]));
        foreach (var part in parts.Skip(1))
        {
            bytes.Add(byte.Parse(part.AsSpan(0, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            bytes.AddRange(Encoding.UTF8.GetBytes(part[2..]));
        }

        return [.. bytes];
    }
}
