using System.Text;
using ModelServing.Contracts;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Settings.Clients;

public class ClientsMakerTests
{
    private static readonly string Hash = new('1', 64);

    private static readonly GatewaySettings Gateway = new()
    {
        KeysUri = "https://gateway.example.com/keys",
        Issuers = ["gateway"],
        Audiences = ["api"],
    };

    [Fact]
    public void Without_clients_and_tokens_every_request_is_a_callers()
    {
        var document = ClientsMaker.Make(Settings());
        Assert.Equal((true, 0, null), (document.Anonymous, document.Clients.Count, document.Tokens));
        Assert.False(ClientsMaker.Make(Settings() with { Anonymous = false }).Anonymous);
    }

    [Fact]
    public void Reporters_are_in_the_document_only_if_there_are_any()
    {
        TokenSettings Tokens(params string[] reporters) => new()
        {
            KeysUri = "https://idp.example.com/jwks",
            Issuers = ["i"],
            Audiences = ["a"],
            Roles = new TokenRoleSettings { Claim = "groups", Testers = ["qa"], Reporters = reporters },
        };
        Assert.Equal(["etl"], ClientsMaker.Make(Settings() with { Tokens = Tokens("etl") }).Tokens!.Roles!.Reporters!);
        Assert.Null(ClientsMaker.Make(Settings() with { Tokens = Tokens() }).Tokens!.Roles!.Reporters);
    }

    [Fact]
    public void With_clients_no_one_else_is_admitted_unless_the_settings_allow_it()
    {
        var settings = Settings(
            ("shop", new ClientSettings { KeyHashes = [Hash], Role = ClientRole.Tester, RequestsPerSecond = 2.5m }),
            ("lab", new ClientSettings { KeyHashes = [Hash] }));
        var document = ClientsMaker.Make(settings);
        Assert.False(document.Anonymous);
        var (shop, lab) = (document.Clients[ModelName.Parse("shop")], document.Clients[ModelName.Parse("lab")]);
        Assert.Equal((ClientRole.Tester, new ClientLimit(2.5m, 3)), (shop.Role, shop.Limit));
        Assert.Equal((ClientRole.Caller, null), (lab.Role, lab.Limit));
        Assert.True(ClientsMaker.Make(settings with { Anonymous = true }).Anonymous);
    }

    [Theory]
    [InlineData("0.001", null, 1)]
    [InlineData("10", null, 10)]
    [InlineData("10", 500, 500)]
    public void A_burst_is_the_requests_of_one_second_by_default(string rate, int? burst, int expected)
    {
        var requestsPerSecond = decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture);
        var settings = Settings(("a", new ClientSettings { KeyHashes = [Hash], RequestsPerSecond = requestsPerSecond, Burst = burst }));
        Assert.Equal(expected, ClientsMaker.Make(settings).Clients.Single().Value.Limit!.Burst);
    }

    [Fact]
    public void In_the_cloud_the_gateway_supplies_the_token_settings_that_are_not_set()
    {
        var alone = ClientsMaker.Make(Settings(), Cloud());
        Assert.False(alone.Anonymous);
        Assert.Equal("https://gateway.example.com/keys", alone.Tokens!.KeysUri);
        Assert.Equal(("gateway", "api"), (alone.Tokens.Issuers.Single(), alone.Tokens.Audiences.Single()));
        Assert.Equal((60, "sub"), (alone.Tokens.ClockSkewSeconds, alone.Tokens.ClientClaim));

        var own = new TokenSettings { Issuers = ["own"], Roles = new TokenRoleSettings { Claim = "groups", Operators = ["ops"] } };
        var mixed = ClientsMaker.Make(Settings() with { Tokens = own }, Cloud()).Tokens!;
        Assert.Equal("https://gateway.example.com/keys", mixed.KeysUri);
        Assert.Equal(("own", "api"), (mixed.Issuers.Single(), mixed.Audiences.Single()));
        Assert.Equal("ops", mixed.Roles!.Operators.Single());
    }

    [Fact]
    public void Equal_settings_give_equal_bytes_that_the_router_can_read()
    {
        Assert.Equal(Make().ToUtf8(), Make().ToUtf8());
        Assert.Equal(Make().ToUtf8(), ClientsDocument.Parse(Make().ToUtf8()).ToUtf8());

        static ClientsDocument Make()
        {
            var settings = Settings(("a", new ClientSettings { KeyHashes = [Hash], RequestsPerSecond = 5.0m }));
            return ClientsMaker.Make(settings with { Tokens = new TokenSettings { RequestsPerSecond = 0.5m } }, Cloud());
        }
    }

    [Fact]
    public void The_operator_of_this_machine_is_added_to_the_other_clients()
    {
        var before = ClientsMaker.Make(Settings(("a", new ClientSettings { KeyHashes = [Hash] })));
        var after = before.WithOperatorOfThisMachine(new string('2', 64));
        Assert.Equal(["a"], before.Clients.Keys.Select(static name => name.Text));
        Assert.Equal(["a: Caller", "ms: Operator"], after.Clients.Select(static pair => $"{pair.Key}: {pair.Value.Role}"));
        Assert.Contains(new string('2', 64), Encoding.UTF8.GetString(after.ToUtf8()), StringComparison.Ordinal);
    }

    private static StackSettings Settings(params (string Name, ClientSettings Client)[] clients) => new()
    {
        Models = new Dictionary<ModelName, ModelSettings>(),
        Clients = clients.ToDictionary(static client => ModelName.Parse(client.Name), static client => client.Client),
    };

    private static CloudSettings Cloud() => new()
    {
        Phase = StackPhase.Foundation,
        Region = "",
        Tenancy = "",
        Compartment = "",
        Cluster = new ClusterSettings { KubernetesVersion = "v1.34.1" },
        Gateway = Gateway,
    };
}
