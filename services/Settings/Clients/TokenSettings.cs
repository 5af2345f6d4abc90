using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Clients;

/// <summary>The tokens (JWT) that are accepted: <c>modelserving:tokens</c>.</summary>
public sealed record TokenSettings
{
    internal const string ClaimPattern = "^[\\x21-\\x7e]{1,100}$";
    internal const string ClaimForm = "a claim name";

    private const string KeysUriPattern =
        "^(https://[A-Za-z0-9.-]+|http://(localhost|127\\.0\\.0\\.1|\\[::1\\]))(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?$";

    [Setting(
        "The address of the public keys that tokens are checked with (JWKS): https, or http on this machine. By default, the gateway's.",
        Pattern = KeysUriPattern,
        Form = "an https address",
        Example = "https://idp.example.com/.well-known/jwks.json")]
    public string? KeysUri { get; init; }

    [Setting("The accepted issuers of tokens (`iss`). By default, the gateway's.")]
    public IReadOnlyList<string> Issuers { get; init; } = [];

    [Setting("The accepted audiences of tokens (`aud`). By default, the gateway's.")]
    public IReadOnlyList<string> Audiences { get; init; } = [];

    [Setting("The largest accepted difference between the clocks of issuer and router, in whole seconds.", Min = "0s", Max = "5m")]
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(60);

    [Setting(
        "The claim that names the client. A request counts against the limit of its client.",
        Pattern = ClaimPattern,
        Form = ClaimForm,
        Example = "sub")]
    public string ClientClaim { get; init; } = "sub";

    [Setting("The claim that gives the client of a token another role than that of a caller.")]
    public TokenRoleSettings? Roles { get; init; }

    [Setting(
        "The requests per second that each router accepts from each client in the long run. By default, the rate is unlimited.",
        Min = ClientSettings.MinRate,
        Max = ClientSettings.MaxRate)]
    public decimal? RequestsPerSecond { get; init; }

    [Setting(
        "The number of requests that one client may send at once after a pause. By default, the requests of one second, but at least one.",
        Min = "1",
        Max = ClientSettings.MaxBurst)]
    public int? Burst { get; init; }
}
