using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>Where the routing key comes from: one of the two.</summary>
public sealed record RoutingKeySettings
{
    /// <summary>The request header whose value is the key.</summary>
    [Setting("The request header whose value is the key, as in `X-Customer`. A request without it is assigned on its own.")]
    public HeaderName? Header { get; init; }

    /// <summary>The claim of the client's token whose value is the key.</summary>
    [Setting("The claim of the client's token (JWT) whose value is the key, as in `sub`. A request without it is assigned on its own.", Pattern = "^[\\x21-\\x7e]{1,100}$", Form = "a claim's name", Example = "sub")]
    public string? Claim { get; init; }
}
