using System.Net;

namespace ModelServing.Contracts;

/// <summary>Which tokens (JWT, signed by RS, PS or ES with SHA-256, -384 or -512) are accepted, and how they identify their
/// client.</summary>
public sealed record TokenRules
{
    /// <summary>The largest <see cref="ClockSkewSeconds"/>.</summary>
    public const int MaxClockSkewSeconds = 300;

    /// <summary>The trusted issuers (<c>iss</c>), at least one.</summary>
    public required IReadOnlyList<string> Issuers { get; init; }

    /// <summary>The audiences (<c>aud</c>) of this API, at least one.</summary>
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>The address of the public keys (JWKS): https, or http on a loopback address.</summary>
    public required string KeysUri { get; init; }

    /// <summary>How far the clocks of issuer and router may be apart, in seconds, from 0 to <see cref="MaxClockSkewSeconds"/>.</summary>
    public int ClockSkewSeconds { get; init; } = 60;

    /// <summary>The claim that names the client.</summary>
    public string ClientClaim { get; init; } = "sub";

    /// <summary>The rules for testers, reporters and operators; null if every client is a caller.</summary>
    public TokenRoles? Roles { get; init; }

    /// <summary>Each client's rate limit; null for no limit.</summary>
    public ClientLimit? Limit { get; init; }

    /// <summary>Whether keys may be read from an address: https, or http on a loopback address.</summary>
    public static bool IsKeysUri(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps
            || (uri.Scheme == Uri.UriSchemeHttp
                && (uri.Host == "localhost" || (IPAddress.TryParse(uri.IdnHost, out var address) && IPAddress.IsLoopback(address)))));

    internal void Check(string path)
    {
        CheckTexts($"{path}.issuers", Issuers);
        CheckTexts($"{path}.audiences", Audiences);
        if (!IsKeysUri(KeysUri))
            throw new ContractException(
                $"{path}.keysUri is '{KeysUri}'; it must be an https address, or an http one on a loopback address");
        if (ClockSkewSeconds is < 0 or > MaxClockSkewSeconds)
            throw new ContractException($"{path}.clockSkewSeconds is {ClockSkewSeconds}; it must be from 0 to {MaxClockSkewSeconds}");
        if (ClientClaim.Length == 0)
            throw new ContractException($"{path}.clientClaim is empty");
        Roles?.Check($"{path}.roles");
        Limit?.Check($"{path}.limit");
    }

    internal static void CheckTexts(string path, IReadOnlyList<string> texts, int least = 1)
    {
        if (texts.Count < least)
            throw new ContractException($"{path} is empty");
        for (var i = 0; i < texts.Count; i++)
        {
            if (string.IsNullOrEmpty(texts[i]))
                throw new ContractException($"{path}[{i}] is empty");
        }
    }
}
