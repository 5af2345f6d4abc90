using System.Security.Cryptography;

namespace Oci.Common.Auth;

internal sealed class SessionKey : ISessionKeySupplier
{
    public RSA Key { get; private set; } = RSA.Create(2048);

    public void RefreshKeys() => Key = RSA.Create(2048);
}
