using ModelServing.Infra.Network;
using Pulumi;

namespace ModelServing.Infra.Gateway;

public sealed class GatewayArgs : ComponentArgs
{
    /// <summary>The longest that API Gateway waits for a backend.</summary>
    public static readonly TimeSpan LongestReadTimeout = TimeSpan.FromSeconds(300);

    /// <summary>Added to the longest deadline, so a caller gets the router's 504 and not the gateway's.</summary>
    public static readonly TimeSpan DeadlineMargin = TimeSpan.FromSeconds(5);

    public required SubnetPlacement Placement { get; init; }

    /// <summary>The address of the routers' internal load balancer: an IP address, or a name that the VCN resolves.</summary>
    public required Input<string> RouterAddress { get; init; }

    /// <summary>The port that it listens on.</summary>
    public required int RouterPort { get; init; }

    /// <summary>The port that it listens on for the routers' admin API. With null, the default, the gateway does not lead there. Routers
    /// accept only operators' tokens there: the gateway checks that a token is valid, but not whose it is.</summary>
    public int? RouterAdminPort { get; init; }

    /// <summary>The address of the feature server's internal load balancer, which listens on <see cref="RouterPort"/> too. With null, the
    /// default, the gateway does not lead there.</summary>
    public Input<string>? FeatureServerAddress { get; init; }

    /// <summary>The OCID of the function TrafficSplitter, if it gets the requests to models. With null, the default, the routers get them.
    /// </summary>
    public Input<string>? SplitterId { get; init; }

    /// <summary>What must be there before requests are sent to it, so that a change of routes comes last: the routers, the function, and
    /// the right to call it. Nothing by default.</summary>
    public IReadOnlyList<Resource> After { get; init; } = [];

    /// <summary>The longest deadline of any rollout, at most 295 seconds: the gateway waits 5 seconds longer.</summary>
    public required TimeSpan LongestDeadline { get; init; }

    /// <summary>The tokens that callers must have.</summary>
    public required GatewayTokens Tokens { get; init; }

    /// <summary>The allowed requests per second, counted by <see cref="RateKey"/>; further requests get 429. 100 by default.</summary>
    public int RequestsPerSecond { get; init; } = 100;

    /// <summary>How requests are counted: by the client's address by default.</summary>
    public GatewayRateKey RateKey { get; init; } = GatewayRateKey.ClientAddress;

    /// <summary>The origins whose pages may call from a browser, as in <c>https://shop.example.com</c>. None by default.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>The host name of the customer's own, and the OCID of its certificate. Null by default: Oracle's name and
    /// certificate.</summary>
    public (string Name, string CertificateId)? Domain { get; init; }

    /// <summary>The number of days that access and execution logs are kept: 30, 60, ... 180. 30 by default.</summary>
    public int LogRetentionDays { get; init; } = 30;

    /// <summary>Whether the gateway is protected from deletion, because its generated address is lost with it. True by default.</summary>
    public bool DataProtection { get; init; } = true;

    internal TimeSpan ReadTimeout => LongestDeadline + DeadlineMargin;

    internal GatewayArgs CheckedLimits()
    {
        if (LongestDeadline <= TimeSpan.Zero || ReadTimeout > LongestReadTimeout)
        {
            var most = (LongestReadTimeout - DeadlineMargin).TotalSeconds;
            throw new ArgumentException(
                $"{nameof(LongestDeadline)} is {LongestDeadline.TotalSeconds} s; "
                + $"behind API Gateway it must be above 0 and at most {most} s");
        }

        if (RouterPort is < 1 or > 65535)
            throw new ArgumentException($"{nameof(RouterPort)} is {RouterPort}; a port is from 1 to 65535");
        if (RouterAdminPort is < 1 or > 65535 || RouterAdminPort == RouterPort)
        {
            throw new ArgumentException(
                $"{nameof(RouterAdminPort)} is {RouterAdminPort}; a port is from 1 to 65535 and must differ from {nameof(RouterPort)}");
        }

        if (RequestsPerSecond < 1)
            throw new ArgumentException($"{nameof(RequestsPerSecond)} is {RequestsPerSecond}; it must be at least 1");
        ServiceLogs.CheckRetention(LogRetentionDays);
        if (CorsOrigins.Contains("*"))
            throw new ArgumentException($"{nameof(CorsOrigins)} contains '*'; list the origins instead");
        Tokens.Check();
        return this;
    }
}
