namespace ModelServing.Infra.Gateway;

/// <summary>The tokens (JWT, RSA) that the gateway accepts: sent as <c>Authorization: Bearer ...</c>, signed with one of the keys at
/// <see cref="KeysUri"/>, from a listed issuer, for a listed audience, and not expired.</summary>
public sealed record GatewayTokens
{
    /// <summary>The HTTPS address where the identity provider publishes its keys (JWKS). The gateway reaches it over the
    /// internet.</summary>
    public required string KeysUri { get; init; }

    /// <summary>The issuers (<c>iss</c>), from 1 to 5.</summary>
    public required IReadOnlyList<string> Issuers { get; init; }

    /// <summary>The audiences (<c>aud</c>), from 1 to 5.</summary>
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>How far apart the clocks of issuer and gateway may be, from 0 to 120 seconds. 30 seconds by default.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the gateway caches the keys, from 1 to 24 hours. 1 hour by default.</summary>
    public TimeSpan KeysCache { get; init; } = TimeSpan.FromHours(1);

    internal void Check()
    {
        if (!Uri.TryCreate(KeysUri, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
            throw new ArgumentException($"{nameof(KeysUri)} is '{KeysUri}'; it must be an https:// address");
        if (Issuers is not { Count: >= 1 and <= 5 } || Audiences is not { Count: >= 1 and <= 5 })
        {
            throw new ArgumentException(
                $"{nameof(Issuers)} and {nameof(Audiences)} must have from 1 to 5 entries each; "
                + "an empty list would accept any token of the provider");
        }

        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromSeconds(120))
            throw new ArgumentException($"{nameof(ClockSkew)} is {ClockSkew}; it must be from 0 to 120 seconds");
        if (KeysCache < TimeSpan.FromHours(1) || KeysCache > TimeSpan.FromHours(24))
            throw new ArgumentException($"{nameof(KeysCache)} is {KeysCache}; it must be from 1 to 24 hours");
    }
}
