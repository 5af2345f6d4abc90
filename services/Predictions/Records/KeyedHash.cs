using System.Security.Cryptography;
using System.Text;

namespace ModelServing.Predictions.Records;

/// <summary>A hash that only the holder of its key can compute (HMAC-SHA-256, RFC 2104, cut to 128 bits). Equal data have equal hashes, and
/// without the key, it is not possible to try out what the data may have been.</summary>
public sealed class KeyedHash(byte[] key)
{
    private const int MostOnStack = 256;

    /// <summary>A hash with the key in hexadecimal digits; null without one.</summary>
    public static KeyedHash? Create(string? key) => key is null ? null : new KeyedHash(Convert.FromHexString(key));

    /// <summary>The hash of a header's text in hexadecimal digits. A character is one byte, as the header was sent.</summary>
    public string ToHex(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> bytes = text.Length <= MostOnStack ? stackalloc byte[text.Length] : new byte[text.Length];
        Encoding.Latin1.GetBytes(text, bytes);
        Span<byte> hash = stackalloc byte[RecordWriter.HashBytes];
        Compute(bytes, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Writes the hash of <paramref name="data"/> and returns its length, <see cref="RecordWriter.HashBytes"/>.</summary>
    public int Compute(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, data, whole);
        whole[..RecordWriter.HashBytes].CopyTo(hash);
        return RecordWriter.HashBytes;
    }
}
