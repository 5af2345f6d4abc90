using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using Pulumi;
using Pulumi.Oci.ApiGateway.Inputs;

namespace ModelServing.Infra.Gateway;

/// <summary>How the gateway handles requests: the routes, and the policies that all routes share.</summary>
internal static class GatewaySpecification
{
    /// <summary>How long connecting to the load balancer may take. It is in the same VCN.</summary>
    private const double ConnectTimeoutSeconds = 5;

    /// <summary>How long the load balancer may take to accept a body, which has at most 20 MB.</summary>
    private const double SendTimeoutSeconds = 30;

    /// <summary>How long the admin API may take: a rollback waits for the journal and for the routers to apply it.</summary>
    private const double AdminTimeoutSeconds = 30;

    /// <summary>How long a post of outcomes may take. The routers themselves give its body and the store 10 s each.</summary>
    private const double OutcomesTimeoutSeconds = 30;

    /// <summary>How long the feature server may take. It gives a body 10 s, and the disk or the cache less.</summary>
    private const double FeaturesTimeoutSeconds = 30;

    internal static DeploymentSpecificationArgs From(GatewayArgs args)
    {
        var policies = new DeploymentSpecificationRequestPoliciesArgs
        {
            Authentication = Authentication(args.Tokens),
            RateLimiting = new DeploymentSpecificationRequestPoliciesRateLimitingArgs
            {
                RateInRequestsPerSecond = args.RequestsPerSecond,
                RateKey = args.RateKey == GatewayRateKey.Total ? "TOTAL" : "CLIENT_IP",
            },
        };
        if (args.CorsOrigins.Count > 0)
            policies.Cors = Cors(args.CorsOrigins);

        return new DeploymentSpecificationArgs
        {
            RequestPolicies = policies,
            Routes = [.. Routes(args)],
        };
    }

    private static IEnumerable<DeploymentSpecificationRouteArgs> Routes(GatewayArgs args)
    {
        string[] methods = ["GET", "HEAD", "POST"];
        var timeout = Math.Ceiling(args.ReadTimeout.TotalSeconds);
        var router = args.RouterAddress;
        yield return Route(router, args.RouterPort, InferencePaths.Server, InferencePaths.Server, methods, timeout);
        yield return Below(router, args.RouterPort, InferencePaths.Health, methods, timeout);
        yield return Route(router, args.RouterPort, InferencePaths.ModelList, InferencePaths.ModelList, methods, timeout);
        // No two routes match the same path: which of them the gateway would take is not documented.
        yield return args.SplitterId is { } splitter
            ? Calling(splitter, InferencePaths.ModelList, methods)
            : Below(router, args.RouterPort, InferencePaths.ModelList, methods, timeout);
        yield return Route(router, args.RouterPort, OutcomePaths.Outcomes, OutcomePaths.Outcomes, ["POST"], OutcomesTimeoutSeconds);
        yield return Below(router, args.RouterPort, OutcomePaths.Predictions.TrimEnd('/'), ["POST"], OutcomesTimeoutSeconds);
        if (args.RouterAdminPort is { } admin)
            yield return Below(router, admin, AdminPaths.Prefix, ["GET", "POST"], AdminTimeoutSeconds);
        if (args.FeatureServerAddress is { } features)
            yield return Below(features, args.RouterPort, FeaturePaths.Prefix, ["GET", "POST"], FeaturesTimeoutSeconds);
    }

    // The variable keeps the escapes of the path, so the path arrives encoded as the client sent it.
    private static DeploymentSpecificationRouteArgs Below(
        Input<string> address, int port, string path, string[] methods, double timeout) =>
        Route(address, port, $"{path}/{{path*}}", $"{path}/${{request.path[path]}}", methods, timeout);

    private static DeploymentSpecificationRouteArgs Route(
        Input<string> address, int port, string path, string backendPath, string[] methods, double timeout) =>
        new()
        {
            Path = path,
            Methods = [.. methods],
            Backend = new DeploymentSpecificationRouteBackendArgs
            {
                Type = "HTTP_BACKEND",
                Url = address.Apply(host => $"http://{host}:{port}{backendPath}"),
                ConnectTimeoutInSeconds = ConnectTimeoutSeconds,
                SendTimeoutInSeconds = SendTimeoutSeconds,
                ReadTimeoutInSeconds = timeout,
            },
        };

    // A function gets the path that the client sent. Its own timeout ends a call.
    private static DeploymentSpecificationRouteArgs Calling(Input<string> functionId, string path, string[] methods) => new()
    {
        Path = $"{path}/{{path*}}",
        Methods = [.. methods],
        Backend = new DeploymentSpecificationRouteBackendArgs { Type = "ORACLE_FUNCTIONS_BACKEND", FunctionId = functionId },
    };

    private static DeploymentSpecificationRequestPoliciesAuthenticationArgs Authentication(GatewayTokens tokens) => new()
    {
        Type = "TOKEN_AUTHENTICATION",
        TokenHeader = "Authorization",
        TokenAuthScheme = "Bearer",
        IsAnonymousAccessAllowed = false,
        MaxClockSkewInSeconds = tokens.ClockSkew.TotalSeconds,
        ValidationPolicy = new DeploymentSpecificationRequestPoliciesAuthenticationValidationPolicyArgs
        {
            Type = "REMOTE_JWKS",
            Uri = tokens.KeysUri,
            IsSslVerifyDisabled = false,
            MaxCacheDurationInHours = (int)tokens.KeysCache.TotalHours,
            AdditionalValidationPolicy =
                new DeploymentSpecificationRequestPoliciesAuthenticationValidationPolicyAdditionalValidationPolicyArgs
                {
                    Issuers = [.. tokens.Issuers],
                    Audiences = [.. tokens.Audiences],
                },
        },
    };

    private static DeploymentSpecificationRequestPoliciesCorsArgs Cors(IReadOnlyList<string> origins) => new()
    {
        AllowedOrigins = [.. origins],
        AllowedMethods = ["GET", "HEAD", "POST"],
        // A page may send and get tensors as bytes, and compressed bodies.
        AllowedHeaders = ["Authorization", "Content-Type", "Content-Encoding", HeaderNames.JsonLength],
        ExposedHeaders =
            [HeaderNames.RequestId, HeaderNames.ModelVersion, HeaderNames.ModelVariant, "Content-Encoding", HeaderNames.JsonLength],
        IsAllowCredentialsEnabled = false,
        MaxAgeInSeconds = 600,
    };
}
