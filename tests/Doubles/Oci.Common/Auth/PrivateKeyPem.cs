using System.Security;
using System.Security.Cryptography;

namespace Oci.Common.Auth;

internal static class PrivateKeyPem
{
    /// <summary>Reads a key, with the exceptions that the official package has, or those that its own derive from.</summary>
    internal static RSA Read(string text, string passPhrase)
    {
        var key = RSA.Create();
        try
        {
            if (text.Contains("Proc-Type:", StringComparison.Ordinal))
                throw new NotSupportedException("This stand-in of the OCI SDK reads no key that is encrypted in PEM's old way (Proc-Type); write it as PKCS#8: openssl pkcs8 -topk8");
            var encrypted = text.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
            if (encrypted && passPhrase is null)
                throw new IOException("problem creating ENCRYPTED private key: there is no pass phrase");
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
