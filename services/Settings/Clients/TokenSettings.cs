using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Clients;

/// <summary>The tokens (JWT) that are taken: <c>modelserving:tokens</c>.</summary>
public sealed record TokenSettings
{
    private const string ClaimPattern = "^[\\x21-\\x7e]{1,100}$";

    /// <summary>Where the keys of tokens are.</summary>
    [Setting("Where the public keys are that tokens are checked with (JWKS): https, or http on this machine. Without it the gateway's.", Pattern = "^(https://[A-Za-z0-9.-]+|http://(localhost|127\\.0\\.0\\.1|\\[::1\\]))(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?$", Form = "an https address", Example = "https://idp.example.com/.well-known/jwks.json")]
    public string? KeysUri { get; init; }

    /// <summary>Who may have issued a token.</summary>
    [Setting("Who may have issued a token (`iss`). Without it the gateway's.")]
    public IReadOnlyList<string> Issuers { get; init; } = [];

    /// <summary>Whom a token has to be for.</summary>
    [Setting("Whom a token has to be for (`aud`). Without it the gateway's.")]
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>How far clocks may be apart.</summary>
    [Setting("How far the clocks of issuer and router may be apart, in whole seconds.", Least = "0s", Most = "5m")]
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The claim that names the client.</summary>
    [Setting("The claim that names the client, whose limit a request counts against.", Pattern = ClaimPattern, Form = "a claim's name", Example = "sub")]
    public string ClientClaim { get; init; } = "sub";

    /// <summary>What makes a client more than a caller.</summary>
    [Setting("The claim by which a token's client is more than a caller.")]
    public TokenRoleSettings? Roles { get; init; }

    /// <summary>How much each client may ask in the long run; null for no limit.</summary>
    [Setting("The requests per second that each router lets each client through in the long run. Without it there is no limit.", Least = ClientSettings.LeastRate, Most = ClientSettings.MostRate)]
    public decimal? RequestsPerSecond { get; init; }

    /// <summary>How much each client may ask at once; null is what a second brings, and one at the least.</summary>
    [Setting("The requests of one client that may come at once after a pause. Without it as many as a second brings, and one at the least.", Least = "1", Most = ClientSettings.MostBurst)]
    public int? Burst { get; init; }
}
