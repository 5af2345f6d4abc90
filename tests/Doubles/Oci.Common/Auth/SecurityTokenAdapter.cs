using System.IdentityModel.Tokens.Jwt;

namespace Oci.Common.Auth;

/// <summary>A session token of OCI, and whether it is valid. A token that is not a JWT is refused at once.</summary>
internal sealed class SecurityTokenAdapter(string securityToken)
{
    private readonly JwtSecurityToken jwt =
        string.IsNullOrEmpty(securityToken) ? null : new JwtSecurityTokenHandler().ReadJwtToken(securityToken);

    internal string SecurityToken => securityToken;

    // Until it expires: the official package also passes half of the token's lifetime, but never subtracts it.
    internal bool IsValid() => jwt is not null && jwt.ValidTo > DateTime.UtcNow;
}
