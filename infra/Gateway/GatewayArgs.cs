using ModelServing.Infra.Network;
using Pulumi;

namespace ModelServing.Infra.Gateway;

/// <summary>What <see cref="GatewayComponent"/> is given.</summary>
public sealed class GatewayArgs : ComponentArgs
{
    /// <summary>The longest that API Gateway waits for a backend.</summary>
    public static readonly TimeSpan LongestReadTimeout = TimeSpan.FromSeconds(300);

    /// <summary>What is added to the longest deadline, so that the router's own 504 comes before the gateway's.</summary>
    public static readonly TimeSpan DeadlineMargin = TimeSpan.FromSeconds(5);

    /// <summary>Where the gateway stands.</summary>
    public required SubnetPlacement Place { get; init; }

    /// <summary>The address of the routers' internal load balancer: an IP address, or a name that the VCN resolves.</summary>
    public required Input<string> RouterAddress { get; init; }

    /// <summary>The port that it listens on.</summary>
    public required int RouterPort { get; init; }

    /// <summary>The port that it listens on for the routers' admin API; null, the default, leads nobody there. Routers let operators' tokens in
    /// and no others: the gateway checks that a token is one, and can't tell whose.</summary>
    public int? RouterAdminPort { get; init; }

    /// <summary>The longest deadline of any rollout, 295 seconds at most: the gateway waits 5 seconds longer.</summary>
    public required TimeSpan LongestDeadline { get; init; }

    /// <summary>Who may call.</summary>
    public required GatewayTokens Tokens { get; init; }

    /// <summary>Requests per second before 429, counted by <see cref="RateKey"/>. 100 by default.</summary>
    public int RequestsPerSecond { get; init; } = 100;

    /// <summary>What requests are counted by. By the client's address by default.</summary>
    public GatewayRateKey RateKey { get; init; } = GatewayRateKey.ClientAddress;

    /// <summary>The origins whose pages may call from a browser, as in <c>https://shop.example.com</c>. None by default.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>The OCID of the gateway's certificate, for a name of one's own. None by default: Oracle's name and certificate.</summary>
    public Input<string>? CertificateId { get; init; }

    /// <summary>How many days access and execution logs are kept: 30, 60, ... 180. 30 by default.</summary>
    public int LogRetentionDays { get; init; } = 30;

    internal TimeSpan ReadTimeout => LongestDeadline + DeadlineMargin;

    internal GatewayArgs CheckedLimits()
    {
        if (LongestDeadline <= TimeSpan.Zero || ReadTimeout > LongestReadTimeout)
            throw new ArgumentException($"{nameof(LongestDeadline)} is {LongestDeadline.TotalSeconds} s; behind API Gateway it is above 0 and at most {(LongestReadTimeout - DeadlineMargin).TotalSeconds} s");
        if (RouterPort is < 1 or > 65535)
            throw new ArgumentException($"{nameof(RouterPort)} is {RouterPort}; a port is from 1 to 65535");
        if (RouterAdminPort is < 1 or > 65535 || RouterAdminPort == RouterPort)
            throw new ArgumentException($"{nameof(RouterAdminPort)} is {RouterAdminPort}; a port is from 1 to 65535, and another than {nameof(RouterPort)}");
        if (RequestsPerSecond < 1)
            throw new ArgumentException($"{nameof(RequestsPerSecond)} is {RequestsPerSecond}; it is 1 at least");
        if (LogRetentionDays is < 30 or > 180 || LogRetentionDays % 30 != 0)
            throw new ArgumentException($"{nameof(LogRetentionDays)} is {LogRetentionDays}; it is 30, 60, ... 180");
        if (CorsOrigins.Contains("*"))
            throw new ArgumentException($"{nameof(CorsOrigins)} has '*'; name the origins");
        Tokens.Check();
        return this;
    }
}
