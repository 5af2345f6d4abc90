using System.Security;
using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>Reads the key at its first use and keeps it.</summary>
public class FilePrivateKeySupplier(string pemFilePath, SecureString passPhrase) : ISupplier<RSA>
{
    private RSA key;

    public RSA GetKey() =>
        key ??= PrivateKeyPem.Read(File.ReadAllText(HomePath.Expand(pemFilePath)), PrivateKeyPem.PlainText(passPhrase));
}
