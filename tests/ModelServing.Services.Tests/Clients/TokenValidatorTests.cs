using System.Buffers.Text;
using System.Text.Json.Nodes;
using CsCheck;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Clients;

[Collection(RunningRouter.OneAtATime)]
public sealed class TokenValidatorTests : IAsyncDisposable
{
    private readonly SteppedTime time = new();
    private readonly TokenIssuer issuer = new("a", "P-256", "P-384", "P-521", "short");
    private readonly SomeKeySource keys;
    private readonly TokenValidator validator;

    public TokenValidatorTests()
    {
        keys = new SomeKeySource(issuer, time);
        validator = new TokenValidator(SomeClients.Tokens(issuer), keys.Source, time);
    }

    public async ValueTask DisposeAsync()
    {
        await keys.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Theory]
    [InlineData("a", "RS256")]
    [InlineData("a", "RS384")]
    [InlineData("a", "RS512")]
    [InlineData("a", "PS256")]
    [InlineData("a", "PS384")]
    [InlineData("a", "PS512")]
    [InlineData("P-256", "ES256")]
    [InlineData("P-384", "ES384")]
    [InlineData("P-521", "ES512")]
    public async Task A_token_with_one_of_these_algorithms_is_accepted(string key, string algorithm)
    {
        var client = await AcceptedAsync(TokenIssuer.Sign(key, "shop-7", time.GetUtcNow(), algorithm: algorithm));
        Assert.Equal("shop-7", client.Name);
        Assert.Equal(ClientRole.Caller, client.Role);
        Assert.False(client.MayOverride);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("ES256K")]
    [InlineData("")]
    public async Task Any_other_algorithm_is_refused(string algorithm)
    {
        var signedWith = algorithm == "HS256" ? "HS256" : "RS256";
        var token = TokenIssuer.Sign("a", "x", time.GetUtcNow(), head: head => head["alg"] = algorithm, algorithm: signedWith);
        Assert.Contains("must be signed with one of RS256, ", await RefusedAsync(token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_of_another_key_or_of_other_claims_is_refused()
    {
        var now = time.GetUtcNow();
        Assert.Contains(
            "signature",
            await RefusedAsync(TokenIssuer.Sign("b", "x", now, head: static head => head["kid"] = "a")),
            StringComparison.Ordinal);
        var (good, other) = (TokenIssuer.Sign("a", "x", now).Split('.'), TokenIssuer.Sign("a", "y", now).Split('.'));
        Assert.Contains("signature", await RefusedAsync($"{good[0]}.{other[1]}.{good[2]}"), StringComparison.Ordinal);
        Assert.Contains("signature", await RefusedAsync($"{good[0]}.{good[1]}."), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_too_short_or_not_named_is_refused()
    {
        Assert.Contains("unknown key", await RefusedAsync(TokenIssuer.Sign("short", "x", time.GetUtcNow())), StringComparison.Ordinal);
        var unnamed = TokenIssuer.Sign("a", "x", time.GetUtcNow(), head: static head => head.Remove("kid"));
        Assert.Contains("(kid)", await RefusedAsync(unnamed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_with_critical_headers_is_refused()
    {
        var token = TokenIssuer.Sign("a", "x", time.GetUtcNow(), head: static head => head["crit"] = new JsonArray("b64"));
        Assert.Contains("must not have 'crit'", await RefusedAsync(token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iss", "\"https://other.example/\"", "issuer is not trusted")]
    [InlineData("iss", null, "issuer is not trusted")]
    [InlineData("aud", "\"another\"", "for another audience")]
    [InlineData("aud", "[\"another\",\"third\"]", "for another audience")]
    [InlineData("aud", null, "for another audience")]
    [InlineData("exp", null, "(exp)")]
    [InlineData("exp", "\"tomorrow\"", "not a JWT")]
    [InlineData("exp", "1e300", "not a JWT")]
    [InlineData("exp", "-1", "(exp)")]
    [InlineData("nbf", "\"tomorrow\"", "not a JWT")]
    [InlineData("sub", null, "the claim 'sub'")]
    [InlineData("sub", "\"\"", "the claim 'sub'")]
    [InlineData("sub", "7", "the claim 'sub'")]
    public async Task A_claim_that_is_missing_or_wrong_is_named(string claim, string? value, string message) =>
        Assert.Contains(message, await RefusedAsync(TokenIssuer.Sign("a", "x", time.GetUtcNow(), claims =>
        {
            if (value is null)
                claims.Remove(claim);
            else
                claims[claim] = JsonNode.Parse(value);
        })), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("a.b.c")]
    [InlineData("..")]
    [InlineData("a.b.c.d.e")]
    public async Task A_text_that_is_not_a_token_is_refused(string text) => Assert.NotEmpty(await RefusedAsync(text));

    [Fact]
    public async Task Any_content_of_a_token_gives_a_result()
    {
        var texts = Gen.OneOf(
            Gen.String[Gen.Char[' ', '~'], 0, 20].Select(static text => JsonValue.Create(text)!.ToJsonString()),
            OneOf(
                "null",
                "true",
                "1",
                "-1",
                "1.5",
                "1e300",
                "-1e300",
                "99999999999999999999",
                "\"\"",
                "[]",
                "[1]",
                "{}",
                "[[[]]]",
                "{\"a\":{}}",
                "\"\\ud800\"",
                "RS256"));
        await Gen.Select(OneOf(
            "iss",
            "aud",
            "exp",
            "nbf",
            "iat",
            "sub",
            "jti",
            "groups",
            "azp",
            "alg",
            "kid",
            "typ",
            "cty",
            "crit",
            "x5t",
            "zip",
            "enc"), texts, Gen.Bool).SampleAsync(
            async (name, text, inHead) =>
            {
                var token = TokenIssuer.Sign("a", "x", time.GetUtcNow()).Split('.');
                var part = inHead ? 0 : 1;
                var json = System.Text.Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token[part]));
                token[part] = Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes($"{json[..^1]},\"{name}\":{text}}}"));
                var result = await validator.CheckAsync(string.Join('.', token), CancellationToken.None);
                Assert.True(result.Client is null != result.Problem is null);
                // The same with a valid signature.
                result = await validator.CheckAsync(
                    TokenIssuer.Sign("a", "x", time.GetUtcNow(), claims => Set(claims, !inHead), head: head => Set(head, inHead)),
                    CancellationToken.None);
                Assert.True(result.Client is null != result.Problem is null);

                void Set(JsonObject into, bool applies)
                {
                    if (applies && text != "RS256" && !text.Contains("\\ud800", StringComparison.Ordinal))
                        into[name] = JsonNode.Parse(text);
                }
            },
            threads: 1);
    }

    [Fact]
    public async Task A_token_that_is_too_long_is_not_parsed() =>
        Assert.Contains(
            "more than 8192", await RefusedAsync(TokenIssuer.Sign("a", new string('x', 8000), time.GetUtcNow())), StringComparison.Ordinal);

    [Fact]
    public async Task The_clocks_may_differ_by_the_skew_and_no_more()
    {
        var now = time.GetUtcNow();
        await AcceptedAsync(TokenIssuer.Sign("a", "x", now, claims => claims["exp"] = now.ToUnixTimeSeconds() - 59));
        Assert.Contains(
            "expired",
            await RefusedAsync(TokenIssuer.Sign("a", "x", now, claims => claims["exp"] = now.ToUnixTimeSeconds() - 60)),
            StringComparison.Ordinal);
        await AcceptedAsync(TokenIssuer.Sign("a", "x", now, claims => claims["nbf"] = now.ToUnixTimeSeconds() + 60));
        Assert.Contains(
            "(nbf)",
            await RefusedAsync(TokenIssuer.Sign("a", "x", now, claims => claims["nbf"] = now.ToUnixTimeSeconds() + 61)),
            StringComparison.Ordinal);
        await AcceptedAsync(TokenIssuer.Sign("a", "x", now, static claims => claims["exp"] = 999_999_999_999));
    }

    [Fact]
    public async Task A_checked_token_is_known_until_it_expires()
    {
        var token = TokenIssuer.Sign("a", "x", time.GetUtcNow());
        Assert.Null(validator.Find(TokenHash.Compute(token)));
        var client = await AcceptedAsync(token);
        Assert.Same(client, validator.Find(TokenHash.Compute(token)));
        time.Advance(TimeSpan.FromSeconds(3659));
        Assert.Same(client, validator.Find(TokenHash.Compute(token)));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(validator.Find(TokenHash.Compute(token)));
        Assert.Contains("expired", await RefusedAsync(token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_key_is_fetched_for_the_first_token_that_names_it_and_the_old_one_stays_valid_while_published()
    {
        var old = TokenIssuer.Sign("a", "x", time.GetUtcNow());
        await AcceptedAsync(old);
        issuer.Publish("b");
        time.Advance(TokenKeySource.LeastPeriod);
        await AcceptedAsync(TokenIssuer.Sign("b", "y", time.GetUtcNow()));
        await AcceptedAsync(old);
        Assert.Equal(2, issuer.Fetches);
    }

    [Fact]
    public async Task A_withdrawn_key_is_invalid_even_for_tokens_that_were_checked_before()
    {
        var old = TokenIssuer.Sign("a", "x", time.GetUtcNow());
        await AcceptedAsync(old);
        issuer.Withdraw("a");
        time.Advance(TokenKeySource.LeastPeriod);
        await keys.Source.RefreshAsync();
        Assert.Null(validator.Find(TokenHash.Compute(old)));
        Assert.Contains("unknown key", await RefusedAsync(old), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_keys_cause_no_storm_of_fetches()
    {
        await AcceptedAsync(TokenIssuer.Sign("a", "x", time.GetUtcNow()));
        var strange = TokenIssuer.Sign("z", "x", time.GetUtcNow());
        for (var i = 0; i < 100; i++)
            await RefusedAsync(strange);
        Assert.Equal(1, issuer.Fetches);
        time.Advance(TokenKeySource.LeastPeriod);
        for (var i = 0; i < 100; i++)
            await RefusedAsync(strange);
        Assert.Equal(2, issuer.Fetches);
    }

    [Fact]
    public async Task Without_any_keys_it_is_not_the_clients_fault()
    {
        issuer.Instead = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
        var result = await validator.CheckAsync(TokenIssuer.Sign("a", "x", time.GetUtcNow()), CancellationToken.None);
        Assert.Equal("no-token-keys", result.Problem!.Reason);
    }

    [Fact]
    public async Task While_the_issuer_is_unavailable_the_last_keys_stay_in_use()
    {
        await AcceptedAsync(TokenIssuer.Sign("a", "x", time.GetUtcNow()));
        issuer.Instead = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
        time.Advance(TimeSpan.FromDays(1));
        await keys.Source.RefreshAsync();
        await AcceptedAsync(TokenIssuer.Sign("a", "y", time.GetUtcNow()));
    }

    [Theory]
    [InlineData("\"qa\"", "Tester")]
    [InlineData("[\"users\",\"qa\"]", "Tester")]
    [InlineData("[\"qa\",\"ops\"]", "Operator")]
    [InlineData("\"ops\"", "Operator")]
    [InlineData("\"etl\"", "Reporter")]
    [InlineData("[\"qa\",\"etl\"]", "Reporter")]
    [InlineData("[\"etl\",\"ops\"]", "Operator")]
    [InlineData("\"users ops\"", "Caller")]
    [InlineData("[1,null,{\"ops\":true}]", "Caller")]
    [InlineData("[\"OPS\"]", "Caller")]
    [InlineData("{\"ops\":true}", "Caller")]
    public async Task The_role_is_the_greatest_that_the_claims_values_give(string groups, string role) =>
        Assert.Equal(
            role,
            (await AcceptedAsync(TokenIssuer.Sign(
                "a",
                "x",
                time.GetUtcNow(),
                claims => claims["groups"] = JsonNode.Parse(groups)))).Role.ToString());

    [Fact]
    public async Task Each_word_of_a_scope_counts()
    {
        var rules = SomeClients.Tokens(issuer) with
        {
            Roles = new TokenRoles { Claim = "scope", Testers = [], Operators = ["models.operate"] },
        };
        var byScope = new TokenValidator(rules, keys.Source, time);
        var result = await byScope.CheckAsync(
            TokenIssuer.Sign("a", "x", time.GetUtcNow(), static claims => claims["scope"] = "openid models.operate"),
            CancellationToken.None);
        Assert.Equal(ClientRole.Operator, result.Client!.Role);
    }

    [Fact]
    public async Task A_routing_key_is_the_claims_value_as_UTF8_bytes()
    {
        var client = await AcceptedAsync(TokenIssuer.Sign(
            "a",
            "M\u00fcller",
            time.GetUtcNow(),
            static claims => (claims["tenant"], claims["list"]) = (7, new JsonArray("a"))));
        Assert.Equal("M\u00c3\u00bcller", client.RoutingKey("sub"));
        Assert.Equal("7", client.RoutingKey("tenant"));
        Assert.Null(client.RoutingKey("list"));
        Assert.Null(client.RoutingKey("none"));
        Assert.Null(Client.Anonymous.RoutingKey("sub"));
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private async Task<Client> AcceptedAsync(string token)
    {
        var result = await validator.CheckAsync(token, CancellationToken.None);
        Assert.True(result.Client is not null, result.Detail);
        return result.Client;
    }

    private async Task<string> RefusedAsync(string token)
    {
        var result = await validator.CheckAsync(token, CancellationToken.None);
        Assert.Null(result.Client);
        Assert.Equal("unauthenticated", result.Problem!.Reason);
        return result.Detail;
    }
}
