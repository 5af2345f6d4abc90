using System.Net;

namespace ModelServing.Contracts;

/// <summary>Which tokens (JWT, signed by RS, PS or ES with SHA-256, -384 or -512) are taken, and what they say of their client.</summary>
public sealed record TokenRules
{
    /// <summary>The most that <see cref="ClockSkewSeconds"/> may be.</summary>
    public const int MaxClockSkewSeconds = 300;

    /// <summary>The issuers (<c>iss</c>) that are trusted, one at least.</summary>
    public required IReadOnlyList<string> Issuers { get; init; }

    /// <summary>The audiences (<c>aud</c>) that stand for this API, one at least.</summary>
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>Where the public keys are (JWKS): https, or http on a loopback address.</summary>
    public required string KeysUri { get; init; }

    /// <summary>How far the clocks of issuer and router may be apart, in seconds, from 0 to <see cref="MaxClockSkewSeconds"/>.</summary>
    public int ClockSkewSeconds { get; init; } = 60;

    /// <summary>The claim that names the client.</summary>
    public string ClientClaim { get; init; } = "sub";

    /// <summary>What makes a client more than a caller; null for nothing.</summary>
    public TokenRoles? Roles { get; init; }

    /// <summary>How much each client may ask; null for no limit.</summary>
    public ClientLimit? Limit { get; init; }

    /// <summary>True for an address that keys may be read from: https, or http on a loopback address.</summary>
    public static bool IsKeysUri(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps
            || (uri.Scheme == Uri.UriSchemeHttp && (uri.Host == "localhost" || (IPAddress.TryParse(uri.IdnHost, out var address) && IPAddress.IsLoopback(address)))));

    internal void Check(string path)
    {
        CheckTexts($"{path}.issuers", Issuers);
        CheckTexts($"{path}.audiences", Audiences);
        if (!IsKeysUri(KeysUri))
            throw new ContractException($"{path}.keysUri is '{KeysUri}'; it has to be an https address, or an http one on a loopback address");
        if (ClockSkewSeconds is < 0 or > MaxClockSkewSeconds)
            throw new ContractException($"{path}.clockSkewSeconds is {ClockSkewSeconds}; it has to be from 0 to {MaxClockSkewSeconds}");
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
