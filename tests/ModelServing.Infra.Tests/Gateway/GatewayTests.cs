using System.Collections.Immutable;
using ModelServing.Infra.Gateway;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;
using Pulumi.Utilities;

namespace ModelServing.Infra.Tests.Gateway;

[Collection(nameof(OneAtATime))]
public class GatewayTests
{
    private const string Deployment = "oci:ApiGateway/deployment:Deployment";

    [Fact]
    public async Task Exactly_the_paths_of_the_protocol_and_the_posts_of_outcomes_lead_to_the_routers()
    {
        var specification = await SpecificationAsync();

        Assert.Equal(
            [
                "/v2 http://10.0.1.70:80/v2",
                "/v2/health/{path*} http://10.0.1.70:80/v2/health/${request.path[path]}",
                "/v2/models http://10.0.1.70:80/v2/models",
                "/v2/models/{path*} http://10.0.1.70:80/v2/models/${request.path[path]}",
                "/v1/outcomes http://10.0.1.70:80/v1/outcomes",
                "/v1/predictions/{path*} http://10.0.1.70:80/v1/predictions/${request.path[path]}",
            ],
            Routes(specification).Select(route => $"{route["path"]} {route.Map("backend")["url"]}"));
        Assert.Equal(
            ["GET HEAD POST", "GET HEAD POST", "GET HEAD POST", "GET HEAD POST", "POST", "POST"],
            Routes(specification).Select(route => string.Join(' ', route.List("methods").Cast<string>())));
    }

    [Fact]
    public async Task With_a_splitter_the_paths_of_models_lead_to_that_function_and_no_others()
    {
        var before = Routes(await SpecificationAsync());
        var after = Routes((await Rendered.FromAsync(some => some.Gateway(splitter: "ocid1.fnfunc.some"))).Only(Deployment)
            .Part("specification"));

        Assert.Equal(
            before.Select(static route => $"{route["path"]} {string.Join(' ', route.List("methods"))}"),
            after.Select(static route => $"{route["path"]} {string.Join(' ', route.List("methods"))}"));
        var changed = Assert.Single(after.Zip(before), static pair => Text(pair.First) != Text(pair.Second)).First;
        Assert.Equal("/v2/models/{path*}", changed["path"]);
        // A function's backend has no address and no timeouts: OCI refuses them.
        Assert.Equal(
            [("functionId", "ocid1.fnfunc.some"), ("type", "ORACLE_FUNCTIONS_BACKEND")],
            changed.Map("backend").Select(static pair => (pair.Key, pair.Value)).OrderBy(static pair => pair.Key, StringComparer.Ordinal));

        static string Text(ImmutableDictionary<string, object> route) =>
            string.Join(' ', route.Map("backend").OrderBy(static pair => pair.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null, "https://gateway.example.com")]
    [InlineData("models.example.com", "https://models.example.com")]
    public async Task The_API_has_the_customers_name_and_certificate_if_there_are_any(string? name, string address)
    {
        GatewayComponent? gateway = null;
        var run = await Rendered.FromAsync(some => gateway = some.Gateway(
            domain: name is null ? null : (name, "ocid1.certificate.some")));

        Assert.Equal(
            name is null ? null : "ocid1.certificate.some",
            run.Only("oci:ApiGateway/gateway:Gateway").Inputs.GetValueOrDefault("certificateId"));
        Assert.Equal(address, await OutputUtilities.GetValueAsync(gateway!.Address));
        // The DNS record has these.
        Assert.Equal(["192.0.2.10"], await OutputUtilities.GetValueAsync(gateway.IpAddresses));
    }

    [Fact]
    public async Task Every_call_needs_a_token()
    {
        var specification = await SpecificationAsync();

        var authentication = specification.Map("requestPolicies", "authentication");
        Assert.Equal("TOKEN_AUTHENTICATION", authentication["type"]);
        Assert.False((bool)authentication["isAnonymousAccessAllowed"]);
        var validation = authentication.Map("validationPolicy");
        Assert.Equal("REMOTE_JWKS https://idp.example.com/keys", $"{validation["type"]} {validation["uri"]}");
        Assert.False((bool)validation["isSslVerifyDisabled"]);
        Assert.Equal("https://idp.example.com/", Assert.Single(validation.Map("additionalValidationPolicy").List("issuers")));
        Assert.Equal("some", Assert.Single(validation.Map("additionalValidationPolicy").List("audiences")));
        Assert.All(Routes(specification), route => Assert.DoesNotContain("requestPolicies", route.Keys));
    }

    [Fact]
    public async Task Operators_reach_the_admin_API_if_it_is_requested_and_nothing_else_on_its_port()
    {
        var specification = (await Rendered.FromAsync(some => some.Gateway(TimeSpan.FromSeconds(1), admin: 8081)))
            .Only(Deployment)
            .Part("specification");

        var route = Routes(specification).Single(static route => ((string)route["path"]).StartsWith("/admin", StringComparison.Ordinal));
        Assert.Equal(
            ("/admin/v1/{path*}", "http://10.0.1.70:8081/admin/v1/${request.path[path]}"),
            (route["path"], route.Map("backend")["url"]));
        Assert.Equal(["GET", "POST"], route.List("methods").Cast<string>());
        // It does not depend on the models' deadlines, because a rollback waits for the journal.
        Assert.Equal(30.0, route.Map("backend")["readTimeoutInSeconds"]);
        Assert.Equal(6.0, Routes(specification)[0].Map("backend")["readTimeoutInSeconds"]);
        // The whole deployment checks tokens.
        Assert.Equal("TOKEN_AUTHENTICATION", specification.Map("requestPolicies", "authentication")["type"]);
        Assert.DoesNotContain("requestPolicies", route.Keys);
        Assert.Contains("RouterAdminPort is 80", await Rendered.RefusalAsync(some => some.Gateway(admin: 80)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_and_reads_of_features_lead_to_the_feature_server()
    {
        var specification = (await Rendered.FromAsync(some => some.Gateway(TimeSpan.FromSeconds(1), features: "10.0.1.71")))
            .Only(Deployment)
            .Part("specification");

        var route = Routes(specification)[^1];
        Assert.Equal(
            ("/v1/features/{path*}", "http://10.0.1.71:80/v1/features/${request.path[path]}"),
            (route["path"], route.Map("backend")["url"]));
        Assert.Equal(["GET", "POST"], route.List("methods").Cast<string>());
        Assert.Equal(30.0, route.Map("backend")["readTimeoutInSeconds"]);
        // Which route takes a path that two of them match is not documented.
        var starts = Routes(specification).Select(static each => ((string)each["path"]).Replace("{path*}", "", StringComparison.Ordinal))
            .Where(static start => start.EndsWith('/')).ToList();
        Assert.DoesNotContain(starts, start => starts.Any(other => other != start && start.StartsWith(other, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(10, 15)]
    [InlineData(0.25, 6)]
    [InlineData(295, 300)]
    public async Task The_gateway_waits_longer_than_the_longest_deadline(double seconds, double timeout)
    {
        var specification = await SpecificationAsync(TimeSpan.FromSeconds(seconds));
        Assert.Equal(
            [timeout, timeout, timeout, timeout, 30.0, 30.0],
            Routes(specification).Select(route => route.Map("backend")["readTimeoutInSeconds"]));
    }

    [Fact]
    public async Task A_deadline_that_is_too_long_for_the_gateway_is_refused() =>
        Assert.Contains(
            "LongestDeadline is 296 s",
            await Rendered.RefusalAsync(some => some.Gateway(TimeSpan.FromSeconds(296))),
            StringComparison.Ordinal);

    [Fact]
    public async Task Rates_are_limited_by_the_clients_address()
    {
        var limit = (await SpecificationAsync()).Map("requestPolicies", "rateLimiting");
        Assert.Equal("100 CLIENT_IP", $"{limit["rateInRequestsPerSecond"]} {limit["rateKey"]}");
    }

    [Fact]
    public async Task Only_pages_of_listed_origins_may_call()
    {
        Assert.DoesNotContain("cors", (await SpecificationAsync()).Map("requestPolicies").Keys);
        var cors = (await SpecificationAsync(origins: ["https://shop.example.com"])).Map("requestPolicies", "cors");
        Assert.Equal("https://shop.example.com", Assert.Single(cors.List("allowedOrigins")));
        Assert.Contains(
            "CorsOrigins contains '*'",
            await Rendered.RefusalAsync(some => some.Gateway(origins: ["*"])),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Access_and_execution_are_logged()
    {
        var run = await Rendered.FromAsync(some => some.Gateway());

        Assert.Equal(["access gateway-id", "execution gateway-id"], run.OfType("oci:Logging/log:Log")
                .Select(log => log.Part("configuration").Map("source"))
                .Select(source => $"{source["category"]} {source["resource"]}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Settings_that_would_accept_any_token_are_refused()
    {
        Assert.Contains(
            "Issuers",
            await Rendered.RefusalAsync(some => some.Gateway(tokens: SomeEnvironment.SomeTokens with { Audiences = [] })),
            StringComparison.Ordinal);
        Assert.Contains(
            "KeysUri",
            await Rendered.RefusalAsync(some => some.Gateway(tokens: SomeEnvironment.SomeTokens with
            {
                KeysUri = "http://idp.example.com",
            })),
            StringComparison.Ordinal);
    }

    private static async Task<ImmutableDictionary<string, object>> SpecificationAsync(
        TimeSpan? longest = null,
        IReadOnlyList<string>? origins = null) =>
        (await Rendered.FromAsync(some => some.Gateway(longest, origins))).Only(Deployment).Part("specification");

    private static List<ImmutableDictionary<string, object>> Routes(ImmutableDictionary<string, object> specification) =>
        [.. specification.List("routes").Cast<ImmutableDictionary<string, object>>()];
}
