namespace ModelServing.Infra.Gateway;

/// <summary>How a rate limit counts requests.</summary>
public enum GatewayRateKey
{
    /// <summary>For each client address separately.</summary>
    ClientAddress,

    /// <summary>All requests together.</summary>
    Total,
}
