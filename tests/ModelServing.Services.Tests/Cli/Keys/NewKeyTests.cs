using ModelServing.Cli.Keys;
using ModelServing.Contracts;
using ModelServing.Rollout.Settings;

namespace ModelServing.Services.Tests.Cli.Keys;

public class NewKeyTests
{
    private static readonly string Hash = new('1', 64);

    [Fact]
    public void A_new_clients_key_is_its_first_and_a_role_is_written_only_where_it_is_another()
    {
        var key = NewKey.Make("dev", Settings(), ModelName.Parse("shop"), null);
        Assert.Equal(("shop", "caller", ApiKey.HashOf(key.Key)), (key.Client, key.Role, key.Hash));
        Assert.Equal([$"pulumi config set --stack dev --path 'modelserving:clients.shop.keyHashes[0]' {key.Hash}"], key.Commands);
        Assert.Equal(
            "pulumi config set --stack dev --path 'modelserving:clients.shop.role' operator",
            NewKey.Make("dev", Settings(), ModelName.Parse("shop"), ClientRole.Operator).Commands[1]);
        Assert.Single(NewKey.Make("dev", Settings(), ModelName.Parse("shop"), ClientRole.Caller).Commands);
    }

    [Fact]
    public void Another_key_of_a_client_is_added_to_those_it_has_and_leaves_its_role()
    {
        var settings = Settings($"shop: {{ keyHashes: ['{Hash}', '{new string('2', 64)}'], role: tester }}");
        var key = NewKey.Make("dev", settings, ModelName.Parse("shop"), null);
        Assert.Equal("tester", key.Role);
        Assert.StartsWith("pulumi config set --stack dev --path 'modelserving:clients.shop.keyHashes[2]' ", Assert.Single(key.Commands), StringComparison.Ordinal);
        Assert.NotEqual(key.Key, NewKey.Make("dev", settings, ModelName.Parse("shop"), null).Key);
    }

    private static StackSettings Settings(string clients = "") =>
        StackFile.Parse($"config: {{ modelserving:models: {{ a: {{ stable: {{ version: 1 }} }} }}, modelserving:clients: {{ {clients} }} }}").File!.Settings;
}
