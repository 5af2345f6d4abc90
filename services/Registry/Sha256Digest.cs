using System.Security.Cryptography;

namespace ModelServing.Registry;

/// <summary>SHA-256 digests in the documents' form: <c>sha256:</c> and 64 lower-case hexadecimal digits.</summary>
public static class Sha256Digest
{
    private const string Prefix = "sha256:";

    public static string Compute(ReadOnlySpan<byte> bytes) => Prefix + Convert.ToHexStringLower(SHA256.HashData(bytes));

    internal static string Compute(IncrementalHash hash) => Prefix + Convert.ToHexStringLower(hash.GetHashAndReset());

    internal static async Task<string> ComputeAsync(Stream stream, CancellationToken cancellationToken) =>
        Prefix + Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));

    internal static bool IsValid(string text) => text.Length == Prefix.Length + 64 && text.StartsWith(Prefix, StringComparison.Ordinal) &&
        IsLowerHex(text.AsSpan(Prefix.Length));

    private static bool IsLowerHex(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        }

        return true;
    }
}
