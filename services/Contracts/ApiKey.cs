using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ModelServing.Contracts;

/// <summary>
/// API keys: <c>msk_</c> and 256 random bits. What is kept of one is its SHA-256 alone. A password would need a slow, salted hash, since
/// people choose it from few; of 2^256 equally likely keys none is ever guessed, so a plain hash is as good and costs a request less
/// than a microsecond.
/// </summary>
public static class ApiKey
{
    /// <summary>What every key begins with, so that a scanner finds one that got where it should not be.</summary>
    public const string Prefix = "msk_";

    /// <summary>More characters than this are no key.</summary>
    public const int MaxLength = 256;

    /// <summary>What a key's hash must look like, as a regular expression (ECMA 262).</summary>
    public const string HashPattern = "^[0-9a-f]{64}$";

    private const int RandomBytes = 32;

    /// <summary>Makes a key.</summary>
    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>The hash of a key as it is kept: SHA-256 of its characters in UTF-8, as 64 digits of <c>0-9a-f</c>.</summary>
    public static string HashOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    /// <summary>True for a text that can be a key's hash.</summary>
    public static bool IsHash(string? text) => text is { Length: 2 * SHA256.HashSizeInBytes } && text.All(char.IsAsciiHexDigitLower);
}
