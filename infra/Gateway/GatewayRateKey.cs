namespace ModelServing.Infra.Gateway;

/// <summary>What a rate limit counts by.</summary>
public enum GatewayRateKey
{
    /// <summary>Each client address for itself.</summary>
    ClientAddress,

    /// <summary>All requests together.</summary>
    Total,
}
