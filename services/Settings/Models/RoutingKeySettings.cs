using ModelServing.Contracts;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The source of the routing key: a header or a claim.</summary>
public sealed record RoutingKeySettings
{
    [Setting("The request header whose value is the key, such as `X-Customer`. A request without it is assigned independently.")]
    public HeaderName? Header { get; init; }

    [Setting(
        "The claim of the client's token (JWT) whose value is the key, such as `sub`. A request without it is assigned independently.",
        Pattern = TokenSettings.ClaimPattern,
        Form = TokenSettings.ClaimForm,
        Example = "sub")]
    public string? Claim { get; init; }
}
