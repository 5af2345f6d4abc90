using ModelServing.Settings;
using ModelServing.Settings.Schema;

namespace ModelServing.Services.Tests.Settings.Clients;

public class ClientRulesTests
{
    private const string One = "1111111111111111111111111111111111111111111111111111111111111111";
    private const string Two = "2222222222222222222222222222222222222222222222222222222222222222";

    private const string Cloud = """
          modelserving:region: eu-frankfurt-1
          modelserving:tenancy: ocid1.tenancy.oc1..a
          modelserving:compartment: ocid1.compartment.oc1..a
          modelserving:phase: foundation
          modelserving:cluster: { kubernetesVersion: v1.34.1 }
          modelserving:gateway: { keysUri: 'KEYS', issuers: [i], audiences: [a] }
        """;

    [Theory]
    [InlineData("clients: { a: { keyHashes: [] } }", "clients.a.keyHashes", "there are no keys; 'ms keys new a' makes one")]
    [InlineData($"clients: {{ a: {{ keyHashes: ['{One}', '{One}'] }} }}", "clients.a.keyHashes[1]", "this key already belongs to a")]
    [InlineData(
        $"clients: {{ a: {{ keyHashes: ['{One}'] }}, b: {{ keyHashes: ['{Two}', '{One}'] }} }}",
        "clients.b.keyHashes[1]",
        "this key already belongs to a")]
    [InlineData($"clients: {{ ms: {{ keyHashes: ['{One}'] }} }}", "clients.ms", "'ms up' uses the name 'ms' for itself")]
    [InlineData(
        $"clients: {{ a: {{ keyHashes: ['{One}'], burst: 5 }} }}",
        "clients.a.burst",
        "without requestsPerSecond there is no limit")]
    [InlineData(
        $"clients: {{ a: {{ keyHashes: ['{One}'], requestsPerSecond: 0.01, burst: 1000 }} }}",
        "clients.a.burst",
        "at 0.01 requests per second, a burst of this size takes more than a day")]
    [InlineData("tokens: { issuers: [i], audiences: [a] }", "tokens.keysUri", "missing: a local platform has no gateway")]
    [InlineData("tokens: { keysUri: 'https://a/k', audiences: [a] }", "tokens.issuers", "missing: a local platform has no gateway")]
    [InlineData("tokens: { keysUri: 'https://a/k', issuers: [i] }", "tokens.audiences", "missing: a local platform has no gateway")]
    [InlineData("tokens: { keysUri: 'https://a/k', issuers: [i], audiences: [a], burst: 2 }", "tokens.burst", "without requestsPerSecond")]
    [InlineData(
        "tokens: { keysUri: 'https://a/k', issuers: [i], audiences: [a], clockSkew: 1.5s }",
        "tokens.clockSkew",
        "a whole number of seconds")]
    [InlineData(
        "tokens: { keysUri: 'https://a/k', issuers: [i], audiences: [a], roles: { claim: groups } }",
        "tokens.roles",
        "missing: testers, reporters or operators")]
    public void A_rule_that_involves_several_values_reports_its_fault_with_its_position(string settings, string path, string message)
    {
        var fault = Assert.Single(Check(settings));
        Assert.Equal("modelserving:" + path, fault.Path);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Position);
    }

    [Theory]
    [InlineData("clients: { A: { keyHashes: [] } }", "modelserving:clients.A", "is not a client name")]
    [InlineData("clients: { a: { keyHashes: [x] } }", "modelserving:clients.a.keyHashes[0]", "'x' is not the SHA-256 hash of a key")]
    [InlineData("clients: { a: { role: admin } }", "modelserving:clients.a.role", "'admin' is not caller, tester, reporter or operator")]
    [InlineData("tokens: { keysUri: 'http://idp.example.com/' }", "modelserving:tokens.keysUri", "is not an https address")]
    [InlineData("anonymous: perhaps", "modelserving:anonymous", "is not true or false")]
    public void A_rule_of_one_value_is_checked_when_the_file_is_read(string settings, string path, string message)
    {
        var (_, faults) = StackFile.Parse(Text(settings));
        Assert.Contains(faults, fault => fault.Path == path && fault.Message.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData($"clients: {{ a: {{ keyHashes: ['{One}', '{Two}'], role: operator, requestsPerSecond: 0.5, burst: 10 }} }}")]
    [InlineData("tokens: { keysUri: 'http://127.0.0.1:1/k', issuers: [i], audiences: [a], roles: { claim: groups, operators: [ops] } }")]
    [InlineData("anonymous: true")]
    public void Valid_settings_have_no_fault(string settings) => Assert.Empty(Check(settings));

    [Theory]
    [InlineData(
        "https://idp.example.com/keys",
        "",
        "modelserving:network.internetEgress: the routers check tokens with the keys at idp.example.com, which they cannot "
        + "reach without this; set it to true")]
    [InlineData("https://idp.example.com/keys", "modelserving:network: { internetEgress: true }", null)]
    [InlineData("https://idcs-a.identity.oraclecloud.com/keys", "", null)]
    [InlineData(
        "https://idcs-a.identity.oraclecloud.com/keys",
        "modelserving:tokens: { keysUri: 'https://other.example.com/' }",
        "modelserving:network.internetEgress: the routers check tokens with the keys at other.example.com, which they cannot "
        + "reach without this; set it to true")]
    [InlineData(
        "https://idcs-a.identity.oraclecloud.com/keys",
        "modelserving:tokens: { keysUri: 'http://localhost/' }",
        "modelserving:tokens.keysUri: in the cloud this must be an https address; only 'ms up' can read keys from its own machine")]
    [InlineData("https://idcs-a.identity.oraclecloud.com/keys", "modelserving:tokens: { roles: { claim: groups, testers: [qa] } }", null)]
    public void In_the_cloud_the_routers_must_be_able_to_reach_the_keys(string keys, string more, string? fault)
    {
        var (file, faults) = ParseCloud(more, Cloud.Replace("KEYS", keys, StringComparison.Ordinal));
        Assert.Empty(faults);
        Assert.Equal(fault is null ? [] : [fault], file!.Check().Select(static each => $"{each.Path}: {each.Message}"));
    }

    [Theory]
    [InlineData(
        "",
        "modelserving:gateway.adminApi: no token grants the role of an operator, so no one could use it; set tokens.roles with "
        + "a claim and operators")]
    [InlineData(
        "modelserving:tokens: { roles: { claim: groups, testers: [qa] } }",
        "modelserving:gateway.adminApi: no token grants the role of an operator, so no one could use it; set tokens.roles with "
        + "a claim and operators")]
    [InlineData("modelserving:tokens: { roles: { claim: groups, operators: [ops] } }", null)]
    public void The_gateway_leads_to_the_admin_API_only_if_a_token_can_grant_the_role_of_an_operator(string more, string? fault)
    {
        var (file, faults) = ParseCloud(more, CloudWithAdminApi("issuers: [i], audiences: [a]"));
        Assert.Empty(faults);
        Assert.Equal(fault is null ? [] : [fault], file!.Check().Select(static each => $"{each.Path}: {each.Message}"));
    }

    [Theory]
    [InlineData("issuers: [], audiences: [a]", "modelserving:gateway.issuers: there are 0 issuers; there must be 1 to 5")]
    [InlineData("audiences: [a]", null)]
    public void The_gateway_leads_to_the_admin_API_only_if_it_has_tokens_to_check(string tokens, string? fault)
    {
        const string Roles = "modelserving:tokens: { roles: { claim: groups, operators: [ops] } }";
        var (file, faults) = ParseCloud(Roles, CloudWithAdminApi(tokens));
        if (fault is null)
            Assert.Contains(faults, static each => each.Path == "modelserving:gateway.issuers");
        else
            Assert.Contains(fault, file!.Check().Select(static each => $"{each.Path}: {each.Message}"));
    }

    private static IReadOnlyList<SettingsFault> Check(string settings)
    {
        var (file, faults) = StackFile.Parse(Text(settings));
        Assert.Empty(faults);
        return file!.Check();
    }

    private static string CloudWithAdminApi(string tokens) => Cloud
        .Replace("KEYS", "https://idcs-a.identity.oraclecloud.com/keys", StringComparison.Ordinal)
        .Replace("issuers: [i], audiences: [a]", $"{tokens}, adminApi: true", StringComparison.Ordinal);

    private static (StackFile? File, IReadOnlyList<SettingsFault> Faults) ParseCloud(string more, string cloud) =>
        StackFile.Parse($"config:\n  modelserving:models: {{ a: {{ stable: {{ version: 1 }} }} }}\n  {more}\n{cloud}", cloud: true);

    private static string Text(string settings) =>
        $"config: {{ modelserving:models: {{ a: {{ stable: {{ version: 1 }} }} }}, modelserving:{settings} }}";
}
