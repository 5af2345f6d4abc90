using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record GatewaySettings
{
    [Setting(
        "The address of the public keys that the tokens (JWT) of clients are checked with (JWKS).",
        Pattern = "^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?$",
        Form = "an https address",
        Example = "https://idp.example.com/.well-known/jwks.json")]
    public required string KeysUri { get; init; }

    [Setting("The accepted issuers of tokens (`iss`).")]
    public required IReadOnlyList<string> Issuers { get; init; }

    [Setting("The accepted audiences of tokens (`aud`).")]
    public required IReadOnlyList<string> Audiences { get; init; }

    [Setting(
        "The API's own host name, as in `models.example.com`, for which you make a DNS record. It outlasts a gateway. By default, the API "
        + "has a name of Oracle's, which another gateway does not keep.")]
    public GatewayDomainSettings? Domain { get; init; }

    [Setting("The requests per second that are accepted from one client address.", Min = "1", Max = "100000")]
    public int RequestsPerSecond { get; init; } = 100;

    [Setting(
        "The origins whose pages may call the API from a browser (CORS). By default, no page may.",
        Pattern = "^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$",
        Form = "an origin",
        Example = "https://app.example.com")]
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    [Setting(
        "Whether the gateway also leads to the admin API of the routers (`/admin/v1`), for tokens that grant the role of an operator "
        + "(`tokens.roles.operators`). If not, operators use `kubectl port-forward`.")]
    public bool AdminApi { get; init; }

    [Setting("The number of days that the access and execution logs are kept: 30, 60, 90, 120, 150 or 180.", Min = "30", Max = "180")]
    public int LogDays { get; init; } = 30;
}
