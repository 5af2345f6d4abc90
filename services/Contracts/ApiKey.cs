using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ModelServing.Contracts;

/// <summary>
/// API keys: <c>msk_</c> and 256 random bits. Only a key's SHA-256 is stored. A password would need a slow, salted hash, because people
/// choose from few passwords. It is impossible to guess one of 2^256 equally likely keys, so a plain hash is as safe, and costs a request
/// less than a microsecond.
/// </summary>
public static class ApiKey
{
    /// <summary>The start of every key, so that scanners find leaked keys.</summary>
    public const string Prefix = "msk_";

    /// <summary>The most characters of a presented key that are looked at.</summary>
    public const int MaxLength = 256;

    /// <summary>The form of a key's hash, as a regular expression (ECMA 262).</summary>
    public const string HashPattern = "^[0-9a-f]{64}$";

    private const int RandomBytes = 32;

    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>The stored hash of a key: the SHA-256 of its characters in UTF-8, as 64 digits of <c>0-9a-f</c>.</summary>
    public static string HashOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    /// <summary>Whether a text has the form of a key's hash.</summary>
    public static bool IsHash(string? text) => text is { Length: 2 * SHA256.HashSizeInBytes } && text.All(char.IsAsciiHexDigitLower);
}
