using System.Text;
using ModelServing.Contracts;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Settings.Clients;

public class ClientsMakerTests
{
    private static readonly string Hash = new('1', 64);

    private static readonly GatewaySettings Gateway = new() { KeysUri = "https://gateway.example.com/keys", Issuers = ["gateway"], Audiences = ["api"] };

    [Fact]
    public void Without_clients_and_tokens_every_request_is_a_callers()
    {
        var document = ClientsMaker.Make(Settings());
        Assert.Equal((true, 0, null), (document.Anonymous, document.Clients.Count, document.Tokens));
        Assert.False(ClientsMaker.Make(Settings() with { Anonymous = false }).Anonymous);
    }

    [Fact]
    public void With_clients_no_one_else_is_admitted_unless_the_settings_allow_it()
    {
        var settings = Settings(("shop", new ClientSettings { KeyHashes = [Hash], Role = ClientRole.Tester, RequestsPerSecond = 2.5m }), ("lab", new ClientSettings { KeyHashes = [Hash] }));
        var document = ClientsMaker.Make(settings);
        Assert.False(document.Anonymous);
        Assert.Equal((ClientRole.Tester, new ClientLimit(2.5m, 3)), (document.Clients[ModelName.Parse("shop")].Role, document.Clients[ModelName.Parse("shop")].Limit));
        Assert.Equal((ClientRole.Caller, null), (document.Clients[ModelName.Parse("lab")].Role, document.Clients[ModelName.Parse("lab")].Limit));
        Assert.True(ClientsMaker.Make(settings with { Anonymous = true }).Anonymous);
    }

    [Theory]
    [InlineData("0.001", null, 1)]
    [InlineData("10", null, 10)]
    [InlineData("10", 500, 500)]
    public void A_burst_is_the_requests_of_one_second_by_default(string rate, int? burst, int expected)
    {
        var settings = Settings(("a", new ClientSettings { KeyHashes = [Hash], RequestsPerSecond = decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture), Burst = burst }));
        Assert.Equal(expected, ClientsMaker.Make(settings).Clients.Single().Value.Limit!.Burst);
    }

    [Fact]
    public void In_the_cloud_the_gateway_supplies_the_token_settings_that_are_not_set()
    {
        var alone = ClientsMaker.Make(Settings(), Cloud());
        Assert.Equal((false, "https://gateway.example.com/keys", "gateway", "api", 60, "sub"), (alone.Anonymous, alone.Tokens!.KeysUri, alone.Tokens.Issuers.Single(), alone.Tokens.Audiences.Single(), alone.Tokens.ClockSkewSeconds, alone.Tokens.ClientClaim));

        var some = ClientsMaker.Make(Settings() with { Tokens = new TokenSettings { Issuers = ["own"], Roles = new TokenRoleSettings { Claim = "groups", Operators = ["ops"] } } }, Cloud()).Tokens!;
        Assert.Equal(("https://gateway.example.com/keys", "own", "api", "ops"), (some.KeysUri, some.Issuers.Single(), some.Audiences.Single(), some.Roles!.Operators.Single()));
    }

    [Fact]
    public void Equal_settings_give_equal_bytes_that_the_router_can_read()
    {
        ClientsDocument Make() => ClientsMaker.Make(Settings(("a", new ClientSettings { KeyHashes = [Hash], RequestsPerSecond = 5.0m })) with { Tokens = new TokenSettings { RequestsPerSecond = 0.5m } }, Cloud());
        Assert.Equal(Make().ToUtf8(), Make().ToUtf8());
        Assert.Equal(Make().ToUtf8(), ClientsDocument.Parse(Make().ToUtf8()).ToUtf8());
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

    private static CloudSettings Cloud() => new() { Region = "", Tenancy = "", Compartment = "", Cluster = new ClusterSettings { NodeImage = "" }, Gateway = Gateway };
}
