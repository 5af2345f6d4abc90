using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>An identity that the platform gives to the programs that it runs: a session token, and the key that it is for. Getting the
/// token blocks, and may fail in any call, because a token expires.</summary>
public abstract class AbstractRequestingAuthenticationDetailsProvider : IBasicAuthenticationDetailsProvider, IRegionProvider
{
    private readonly IFederationClient federation;
    private readonly ISessionKeySupplier keys;

    /// <summary>Creates the identity of a compute instance, from its metadata service.</summary>
    public AbstractRequestingAuthenticationDetailsProvider() => Region = InstanceMetadata.Read();

    private protected AbstractRequestingAuthenticationDetailsProvider(IFederationClient federation, ISessionKeySupplier keys)
    {
        this.federation = federation;
        this.keys = keys;
    }

    public Region Region { get; set; }

    public string KeyId => "ST$" + federation.GetSecurityToken();

    RSA IBasicAuthenticationDetailsProvider.Key => keys.Key;

    /// <summary>Gets a new token. The client calls it after an answer 401.</summary>
    public string Refresh() => federation.RefreshAndGetSecurityToken();

    private protected static string Variable(string name) => Environment.GetEnvironmentVariable(name);
}
