using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>
/// Who a request is from. The official interface also gives the private key, as a type of Bouncy Castle's; nothing here asks for it, so
/// the key is the framework's, and only the signer sees it.
/// </summary>
public interface IBasicAuthenticationDetailsProvider
{
    string KeyId { get; }

    internal RSA Key { get; }
}

public interface IAuthenticationDetailsProvider : IBasicAuthenticationDetailsProvider
{
    string Fingerprint { get; }

    string TenantId { get; }

    string UserId { get; }
}

public interface IRegionProvider
{
    Region Region { get; }
}

/// <summary>Gives a key; officially Bouncy Castle's RsaKeyParameters.</summary>
public interface ISupplier<T>
{
    T GetKey();
}
