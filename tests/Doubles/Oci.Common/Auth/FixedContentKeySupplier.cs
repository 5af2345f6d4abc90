using System.Security.Cryptography;

namespace Oci.Common.Auth;

internal sealed class FixedContentKeySupplier(string privateKeyContent, string passphrase) : ISessionKeySupplier
{
    public RSA Key { get; } = PrivateKeyPem.Read(privateKeyContent, passphrase);

    public void RefreshKeys()
    {
    }
}
