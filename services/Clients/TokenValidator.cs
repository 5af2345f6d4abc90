using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ModelServing.Contracts;

namespace ModelServing.Clients;

/// <summary>Checks a token's signature, algorithm, issuer, audience and times, and reads its client.</summary>
internal sealed class TokenValidator(TokenRules rules, TokenKeySource keySource, TimeProvider time)
{
    /// <summary>The most characters of a token.</summary>
    internal const int MaxLength = 8 * 1024;

    /// <summary>How long a token with an unknown key waits for the keys.</summary>
    internal static readonly TimeSpan KeysTimeout = TimeSpan.FromSeconds(2);

    private const int MaxNameLength = 256;

    // Public keys only. With HS, a public key would be the secret; 'none' is not a signature.
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

    /// <summary>The client of a token that was already checked with the current keys; null if the token must be checked.</summary>
    internal Client? Find(in TokenHash hash) => validated is { } known && ReferenceEquals(known.Keys, keySource.Current)
        ? known.Find(hash, time.GetUtcNow())
        : null;

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
            return Refused("the token is not a JWT");
        }

        if (token.IsEncrypted || !Algorithms.Contains(token.Alg) || token.TryGetHeaderValue<object>("crit", out _))
            return Refused($"the token must be signed with one of {string.Join(", ", Algorithms)}, and its header must not have 'crit'");
        if (string.IsNullOrEmpty(token.Kid))
            return Refused("the token does not name its key (kid)");
        if (keySource.Current?.Find(token.Kid) is null)
        {
            await keySource.RefreshAsync().WaitAsync(KeysTimeout, time, cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (keySource.Current is not { } keys)
            return new TokenResult(null, ClientProblems.NoTokenKeys, "The keys to check tokens with are not loaded yet");
        if (keys.Find(token.Kid) is not { } key || (key.Algorithm is { } only && only != token.Alg))
            return Refused("the token is signed with an unknown key, or with another algorithm than the key's");

        var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = key.Key,
            ValidAlgorithms = Algorithms,
            ValidIssuers = rules.Issuers,
            ValidAudiences = rules.Audiences,
            RequireSignedTokens = true,
            // Checked below, by our own clock.
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
            return Refused("the token's claims cannot be read");
        }

        var now = time.GetUtcNow();
        if (TimeOf(claims, "exp") is not { } expires)
            return Refused("the token has no expiry time (exp)");
        if (expires + skew <= now)
            return Refused("the token has expired");
        if (claims.TryGetProperty("nbf", out _) && !(TimeOf(claims, "nbf") - skew <= now))
            return Refused("the token is not valid yet (nbf)");
        if (!claims.TryGetProperty(rules.ClientClaim, out var name) ||
            name.ValueKind != JsonValueKind.String ||
            name.GetString() is not { Length: > 0 and <= MaxNameLength } client)
        {
            return Refused(
                $"the token does not name its client in the claim '{rules.ClientClaim}' (a text of at most {MaxNameLength} characters)");
        }

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
            // A space-separated list by definition (RFC 8693, 4.2).
            JsonValueKind.String when roles.Claim is "scope" or "scp" => claim.GetString()!.Split(' '),
            JsonValueKind.String => [claim.GetString()!],
            JsonValueKind.Array =>
            [
                .. claim.EnumerateArray()
                    .Where(static value => value.ValueKind == JsonValueKind.String)
                    .Select(static value => value.GetString()!),
            ],
            _ => Array.Empty<string>(),
        };
        return values.Any(roles.Operators.Contains) ? ClientRole.Operator
            : roles.Reporters is { } reporters && values.Any(reporters.Contains) ? ClientRole.Reporter
            : values.Any(roles.Testers.Contains) ? ClientRole.Tester
            : ClientRole.Caller;
    }

    // Seconds since 1970 (RFC 7519, 2), cut to the range of dates.
    private static DateTimeOffset? TimeOf(JsonElement claims, string claim)
    {
        const double End = 250_000_000_000;
        return claims.TryGetProperty(claim, out var value) &&
            value.ValueKind == JsonValueKind.Number &&
            value.TryGetDouble(out var seconds) && seconds >= 0
            ? DateTimeOffset.UnixEpoch.AddSeconds(Math.Min(seconds, End))
            : null;
    }

    private static TokenResult Refused(string why) => new(null, ClientProblems.Unauthenticated, why);
}
