using Microsoft.IdentityModel.Tokens;

namespace ModelServing.Clients;

/// <summary>A public key that tokens are signed with.</summary>
/// <param name="Algorithm">The one algorithm that the key is for; null if the issuer names none.</param>
internal sealed record TokenKey(SecurityKey Key, string? Algorithm);
