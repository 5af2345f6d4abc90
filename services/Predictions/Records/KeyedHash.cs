using System.Security.Cryptography;

namespace ModelServing.Predictions.Records;

/// <summary>A hash that only the holder of its key can compute (HMAC-SHA-256, RFC 2104, cut to 128 bits). Equal data have equal hashes, and
/// nobody without the key can try out what the data may have been.</summary>
public sealed class KeyedHash(byte[] key)
{
    /// <summary>A hash with the key in hexadecimal digits; null without one.</summary>
    public static KeyedHash? Create(string? key) => key is null ? null : new KeyedHash(Convert.FromHexString(key));

    /// <summary>Writes the hash of <paramref name="data"/> and returns its length, <see cref="RecordWriter.HashBytes"/>.</summary>
    public int Compute(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, data, whole);
        whole[..RecordWriter.HashBytes].CopyTo(hash);
        return RecordWriter.HashBytes;
    }
}
