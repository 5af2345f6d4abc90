using System.Security.Cryptography;
using System.Text;

namespace ModelServing.Stacks.Preview;

/// <summary>
/// Replaces a secret by its digest under a key that exists for one comparison only. Equal digests mean equal secrets; without the key, a
/// digest says nothing about a secret, even one that is easy to guess.
/// </summary>
internal sealed class SecretDigest
{
    /// <summary>The environment variable that passes the key to the program of another commit.</summary>
    private const string KeyVariable = "MODELSERVING_PREVIEW_KEY";

    private const int KeyBytes = 32;

    private readonly byte[] key;

    private SecretDigest(byte[] key) => this.key = key;

    /// <summary>The environment in which another program makes the same digests.</summary>
    internal IReadOnlyDictionary<string, string> Environment =>
        new Dictionary<string, string> { [KeyVariable] = Convert.ToHexString(key) };

    /// <summary>The digest of the comparison that started this program, or one with a new key.</summary>
    internal static SecretDigest ForThisProcess() =>
        System.Environment.GetEnvironmentVariable(KeyVariable) is { Length: 2 * KeyBytes } text && text.All(char.IsAsciiHexDigit)
            ? new SecretDigest(Convert.FromHexString(text))
            : new SecretDigest(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The HMAC-SHA-256 of a text, in 64 hexadecimal digits.</summary>
    internal string From(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
}
