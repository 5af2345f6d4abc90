using System.Net;
using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>Reads the key from its file at each refresh; before the first one there is none.</summary>
internal sealed class FileBasedKeySupplier(string privateKeyPath, string passphrasePath) : ISessionKeySupplier
{
    public RSA Key { get; private set; }

    public void RefreshKeys() => Key = new FilePrivateKeySupplier(
        privateKeyPath,
        string.IsNullOrWhiteSpace(passphrasePath)
            ? null
            : new NetworkCredential("", File.ReadAllText(passphrasePath)).SecurePassword).GetKey();
}
