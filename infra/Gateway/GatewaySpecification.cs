using ModelServing.Contracts;
using Pulumi;
using Pulumi.Oci.ApiGateway.Inputs;

namespace ModelServing.Infra;

/// <summary>What the gateway does with a request: the policies of all routes, and the routes.</summary>
internal static class GatewaySpecification
{
    /// <summary>How long a connection to the load balancer may take. It is in the same VCN.</summary>
    private const double ConnectTimeoutSeconds = 5;

    /// <summary>How long the load balancer may take to accept a body, of 20 MB at most.</summary>
    private const double SendTimeoutSeconds = 30;

    internal static DeploymentSpecificationArgs Of(GatewayArgs args)
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
            Routes =
            [
                Route(args, InferencePaths.Server, InferencePaths.Server),
                // Encoded as it came: the variable keeps a path's escapes.
                Route(args, $"{InferencePaths.Server}/{{path*}}", $"{InferencePaths.Server}/${{request.path[path]}}"),
            ],
        };
    }

    private static DeploymentSpecificationRouteArgs Route(GatewayArgs args, string path, string backendPath) => new()
    {
        Path = path,
        Methods = ["GET", "HEAD", "POST"],
        Backend = new DeploymentSpecificationRouteBackendArgs
        {
            Type = "HTTP_BACKEND",
            Url = args.RouterAddress.Apply(address => $"http://{address}:{args.RouterPort}{backendPath}"),
            ConnectTimeoutInSeconds = ConnectTimeoutSeconds,
            SendTimeoutInSeconds = SendTimeoutSeconds,
            ReadTimeoutInSeconds = Math.Ceiling(args.ReadTimeout.TotalSeconds),
        },
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
            AdditionalValidationPolicy = new DeploymentSpecificationRequestPoliciesAuthenticationValidationPolicyAdditionalValidationPolicyArgs
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
        AllowedHeaders = ["Authorization", "Content-Type"],
        ExposedHeaders = [HeaderNames.RequestId, HeaderNames.ModelVersion, HeaderNames.ModelVariant],
        IsAllowCredentialsEnabled = false,
        MaxAgeInSeconds = 600,
    };
}
