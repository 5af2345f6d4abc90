using System.Security;
using System.Security.Cryptography;

namespace Oci.Common.Auth;

internal static class PrivateKeyPem
{
    /// <summary>Reads a key. It throws the official package's exceptions, or their base classes.</summary>
    internal static RSA Read(string text, string passPhrase)
    {
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
        catch (CryptographicException e)
        {
            throw new IOException($"problem creating ENCRYPTED private key: {e.Message}", e);
        }
        catch (ArgumentException e) when (!text.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            throw new FormatException("The given key does not have the expected type", e);
        }
    }

    internal static string PlainText(SecureString text) => text is null ? null : new System.Net.NetworkCredential("", text).Password;
}
