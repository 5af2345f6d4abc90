using System.Security;
using System.Security.Cryptography;

namespace Oci.Common.Auth;

internal static class PrivateKeyPem
{
    // The names of PEM blocks that hold a private RSA key, or may.
    private static readonly string[] Private = ["RSA PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"];

    /// <summary>Reads the first key, and no other. It throws the official package's exceptions, or their base classes.</summary>
    internal static RSA Read(string text, string passPhrase)
    {
        // An encrypted key of the old kind is not a block that is found here.
        if (PemEncoding.TryFind(text, out var first))
        {
            var label = text[first.Label];
            text = text[first.Location];
            if (!Private.Contains(label))
                throw new InvalidCastException($"Unable to cast '{label}' to a pair of RSA keys");
        }

        var key = RSA.Create();
        try
        {
            if (text.Contains("Proc-Type:", StringComparison.Ordinal))
            {
                throw new NotSupportedException(
                    "This double of the OCI SDK can't read a key with PEM's old encryption (Proc-Type); "
                    + "convert it to PKCS#8 with openssl pkcs8 -topk8");
            }

            var encrypted = text.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
            if (encrypted && passPhrase is null)
                throw new IOException("problem creating ENCRYPTED private key: the pass phrase is missing");
            if (encrypted)
                key.ImportFromEncryptedPem(text, passPhrase);
            else
                key.ImportFromPem(text);
            return key;
        }
        catch (CryptographicException e) when (IsOfAnotherKind(text))
        {
            throw new InvalidCastException("Unable to cast the key to an RSA key", e);
        }
        catch (CryptographicException e)
        {
            throw new IOException($"problem creating ENCRYPTED private key: {e.Message}", e);
        }
        catch (ArgumentException e) when (!text.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            throw new FormatException("The given key does not have the expected type", e);
        }
    }

    private static bool IsOfAnotherKind(string text)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(text);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    internal static string PlainText(SecureString text) => text is null ? null : new System.Net.NetworkCredential("", text).Password;
}
