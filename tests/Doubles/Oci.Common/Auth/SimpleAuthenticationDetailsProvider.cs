using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>A user's identity, set property by property.</summary>
public class SimpleAuthenticationDetailsProvider : IAuthenticationDetailsProvider, IRegionProvider
{
    public string TenantId { get; set; }

    public string UserId { get; set; }

    public string Fingerprint { get; set; }

    public Region Region { get; set; }

    public ISupplier<RSA> PrivateKeySupplier { get; set; }

    public string KeyId => $"{TenantId}/{UserId}/{Fingerprint}";

    RSA IBasicAuthenticationDetailsProvider.Key => PrivateKeySupplier.GetKey();
}
