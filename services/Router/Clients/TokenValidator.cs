using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ModelServing.Contracts;
using ModelServing.Router.Errors;

namespace ModelServing.Router.Clients;

/// <summary>Checks tokens: signature, algorithm, issuer, audience, times; and reads who the client is.</summary>
internal sealed class TokenValidator(TokenRules rules, TokenKeySource keySource, TimeProvider time)
{
    /// <summary>More characters than this are no token.</summary>
    internal const int MaxLength = 8 * 1024;

    /// <summary>How long a token with an unknown key waits for the keys.</summary>
    internal static readonly TimeSpan KeysPatience = TimeSpan.FromSeconds(2);

    private const int MaxNameLength = 256;

    // Public keys only. With HS a public key would be the secret, and 'none' is no signature.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxLength };
    private readonly TimeSpan skew = TimeSpan.FromSeconds(rules.ClockSkewSeconds);
    private volatile ValidatedTokens? validated;

    internal TokenKeySource KeySource => keySource;

    /// <summary>The client of a token that was checked before, by the keys of now; null when it has to be checked.</summary>
    internal Client? Find(in TokenHash hash) => validated is { } known && ReferenceEquals(known.Keys, keySource.Current) ? known.Find(hash, time.GetUtcNow()) : null;

    /// <summary>Checks a token.</summary>
    internal async ValueTask<TokenResult> CheckAsync(string text, CancellationToken cancellation)
    {
        if (text.Length > MaxLength)
            return Refused($"the token has more than {MaxLength} characters");
        JsonWebToken token;
        try
        {
            token = new JsonWebToken(text);
        }
        catch (ArgumentException)
        {
            return Refused("the token is no JWT");
        }

        if (token.IsEncrypted || !Algorithms.Contains(token.Alg) || token.TryGetHeaderValue<object>("crit", out _))
            return Refused($"the token has to be signed by one of {string.Join(", ", Algorithms)}, and nothing else has to be understood in its head");
        if (string.IsNullOrEmpty(token.Kid))
            return Refused("the token does not name its key (kid)");
        if (keySource.Current?.Find(token.Kid) is null)
            await keySource.RefreshAsync().WaitAsync(KeysPatience, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (keySource.Current is not { } keys)
            return new TokenResult(null, Problems.NoTokenKeys, "The keys that tokens are checked with were not read yet");
        if (keys.Find(token.Kid) is not { } key || (key.Algorithm is { } only && only != token.Alg))
            return Refused("the token is signed with a key that is not known, or by another algorithm than the key's");

        var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = key.Key,
            ValidAlgorithms = Algorithms,
            ValidIssuers = rules.Issuers,
            ValidAudiences = rules.Audiences,
            RequireSignedTokens = true,
            // By our clock, below.
            ValidateLifetime = false,
        });
        return result.IsValid ? Read(token, TokenHash.Compute(text), keys) : Refused(result.Exception switch
        {
            SecurityTokenInvalidIssuerException => "the token's issuer is not trusted",
            SecurityTokenInvalidAudienceException => "the token is for another audience",
            _ => "the token's signature is wrong",
        });
    }

    private TokenResult Read(JsonWebToken token, in TokenHash hash, TokenKeys keys)
    {
        JsonElement claims;
        try
        {
            using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload), Strict);
            claims = payload.RootElement.Clone();
        }
        catch (JsonException)
        {
            return Refused("the token's claims can't be read");
        }

        var now = time.GetUtcNow();
        if (TimeOf(claims, "exp") is not { } expires)
            return Refused("the token does not say when it expires (exp)");
        if (expires + skew <= now)
            return Refused("the token has expired");
        if (claims.TryGetProperty("nbf", out _) && !(TimeOf(claims, "nbf") - skew <= now))
            return Refused("the token is not valid yet (nbf)");
        if (!claims.TryGetProperty(rules.ClientClaim, out var name) || name.ValueKind != JsonValueKind.String || name.GetString() is not { Length: > 0 and <= MaxNameLength } client)
            return Refused($"the token does not name its client: the claim '{rules.ClientClaim}', a text of at most {MaxNameLength} characters");

        var admitted = new Client(client, RoleOf(claims), claims);
        var known = validated;
        if (known is null || !ReferenceEquals(known.Keys, keys))
            validated = known = new ValidatedTokens(keys);
        known.Add(hash, admitted, expires + skew);
        return new TokenResult(admitted);
    }

    private ClientRole RoleOf(JsonElement claims)
    {
        if (rules.Roles is not { } roles || !claims.TryGetProperty(roles.Claim, out var claim))
            return ClientRole.Caller;
        var values = claim.ValueKind switch
        {
            // A list of words by definition (RFC 8693, 4.2).
            JsonValueKind.String when roles.Claim is "scope" or "scp" => claim.GetString()!.Split(' '),
            JsonValueKind.String => [claim.GetString()!],
            JsonValueKind.Array => [.. claim.EnumerateArray().Where(static value => value.ValueKind == JsonValueKind.String).Select(static value => value.GetString()!)],
            _ => Array.Empty<string>(),
        };
        return values.Any(roles.Operators.Contains) ? ClientRole.Operator : values.Any(roles.Testers.Contains) ? ClientRole.Tester : ClientRole.Caller;
    }

    // Seconds since 1970 (RFC 7519, 2); what is past all time is its end.
    private static DateTimeOffset? TimeOf(JsonElement claims, string claim)
    {
        const double End = 250_000_000_000;
        return claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds >= 0
            ? DateTimeOffset.UnixEpoch.AddSeconds(Math.Min(seconds, End))
            : null;
    }

    private static TokenResult Refused(string why) => new(null, Problems.Unauthenticated, why);
}
