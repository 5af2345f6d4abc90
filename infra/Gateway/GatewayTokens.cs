namespace ModelServing.Infra.Gateway;

/// <summary>The tokens (JWT, RSA) that the gateway takes: <c>Authorization: Bearer ...</c>, signed by one of the keys at
/// <see cref="KeysUri"/>, of a known issuer, for a known audience, and not expired.</summary>
public sealed record GatewayTokens
{
    /// <summary>Where the identity provider publishes its keys (JWKS), by HTTPS and reachable from the internet's side of the VCN.</summary>
    public required string KeysUri { get; init; }

    /// <summary>The issuers (<c>iss</c>), from 1 to 5.</summary>
    public required IReadOnlyList<string> Issuers { get; init; }

    /// <summary>The audiences (<c>aud</c>), from 1 to 5.</summary>
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>How far the clocks of issuer and gateway may be apart, from 0 to 120 seconds. 30 seconds by default.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long keys are remembered, from 1 to 24 hours. 1 hour by default.</summary>
    public TimeSpan KeysCache { get; init; } = TimeSpan.FromHours(1);

    internal void Check()
    {
        if (!Uri.TryCreate(KeysUri, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
            throw new ArgumentException($"{nameof(KeysUri)} is '{KeysUri}'; it is an https:// address");
        if (Issuers is not { Count: >= 1 and <= 5 } || Audiences is not { Count: >= 1 and <= 5 })
            throw new ArgumentException($"{nameof(Issuers)} and {nameof(Audiences)} have from 1 to 5 entries each: without one any token of the provider would do");
        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromSeconds(120))
            throw new ArgumentException($"{nameof(ClockSkew)} is {ClockSkew}; it is from 0 to 120 seconds");
        if (KeysCache < TimeSpan.FromHours(1) || KeysCache > TimeSpan.FromHours(24))
            throw new ArgumentException($"{nameof(KeysCache)} is {KeysCache}; it is from 1 to 24 hours");
    }
}
