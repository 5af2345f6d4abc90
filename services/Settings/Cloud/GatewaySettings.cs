using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The API Gateway.</summary>
public sealed record GatewaySettings
{
    /// <summary>Where the keys of tokens are.</summary>
    [Setting("Where the public keys are that clients' tokens (JWT) are checked with.", Pattern = "^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?$", Form = "an https address", Example = "https://idp.example.com/.well-known/jwks.json")]
    public required string KeysUri { get; init; }

    /// <summary>Who may have issued a token.</summary>
    [Setting("Who may have issued a token (`iss`).")]
    public required IReadOnlyList<string> Issuers { get; init; }

    /// <summary>Whom a token has to be for.</summary>
    [Setting("Whom a token has to be for (`aud`).")]
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>The rate limit.</summary>
    [Setting("The requests per second that one client's address may send.", Least = "1", Most = "100000")]
    public int RequestsPerSecond { get; init; } = 100;

    /// <summary>The origins of browsers' pages.</summary>
    [Setting("The origins whose pages may call the API from a browser (CORS); without them none may.", Pattern = "^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$", Form = "an origin", Example = "https://app.example.com")]
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Whether operators reach the admin API.</summary>
    [Setting("The gateway leads to the routers' admin API too (`/admin/v1`), for tokens that make an operator (`tokens.roles.operators`). Without it `kubectl port-forward` does.")]
    public bool AdminApi { get; init; }

    /// <summary>How long logs are kept.</summary>
    [Setting("How many days the access and execution logs are kept: 30, 60, 90, 120, 150 or 180.", Least = "30", Most = "180")]
    public int LogDays { get; init; } = 30;
}
