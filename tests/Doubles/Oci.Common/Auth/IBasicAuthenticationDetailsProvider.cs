using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>
/// The identity that signs a request. The official interface also has a public member for the private key, of a Bouncy Castle type. This
/// product does not use it, so here the key is the framework's type, and only the signer sees it.
/// </summary>
public interface IBasicAuthenticationDetailsProvider
{
    string KeyId { get; }

    internal RSA Key { get; }
}
