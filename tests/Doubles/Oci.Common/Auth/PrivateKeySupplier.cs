using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>Reads a key out of its text each time that it is asked for.</summary>
public class PrivateKeySupplier(string keyContent, string passPhrase) : ISupplier<RSA>
{
    public PrivateKeySupplier(string keyContent)
        : this(keyContent, null)
    {
    }

    public RSA GetKey() => PrivateKeyPem.Read(keyContent, string.IsNullOrEmpty(passPhrase) ? null : passPhrase);
}
