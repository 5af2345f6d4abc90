using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>Supplies the key that a session token is for. The official interface is public, and its key is Bouncy Castle's.</summary>
internal interface ISessionKeySupplier
{
    RSA Key { get; }

    void RefreshKeys();
}
