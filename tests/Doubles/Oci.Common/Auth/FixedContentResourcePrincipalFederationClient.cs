namespace Oci.Common.Auth;

internal sealed class FixedContentResourcePrincipalFederationClient(string token) : IFederationClient
{
    private readonly SecurityTokenAdapter token = new(token);

    public string GetSecurityToken() => token.SecurityToken;

    public string RefreshAndGetSecurityToken() => token.SecurityToken;
}
