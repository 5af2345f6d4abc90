using ModelServing.Cli;
using ModelServing.Cli.Keys;
using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Keys;

public class NewKeyTests
{
    private static readonly string Hash = new('1', 64);

    [Fact]
    public void A_new_client_gets_its_first_key_and_the_role_is_written_only_if_it_changes()
    {
        var key = NewKey.Make("dev", Stack(), ModelName.Parse("shop"), null);
        Assert.Equal(("shop", "caller", ApiKey.HashOf(key.Key)), (key.Client, key.Role, key.Hash));
        Assert.Equal([$"pulumi config set --stack dev --path 'modelserving:clients.shop.keyHashes[0]' {key.Hash}"], key.Commands);
        Assert.Equal(
            "pulumi config set --stack dev --path 'modelserving:clients.shop.role' operator",
            NewKey.Make("dev", Stack(), ModelName.Parse("shop"), ClientRole.Operator).Commands[1]);
        Assert.Single(NewKey.Make("dev", Stack(), ModelName.Parse("shop"), ClientRole.Caller).Commands);
    }

    [Fact]
    public void Another_key_of_a_client_is_added_and_leaves_its_role()
    {
        var stack = Stack($"shop: {{ keyHashes: ['{Hash}', '{new string('2', 64)}'], role: tester }}");
        var key = NewKey.Make("dev", stack, ModelName.Parse("shop"), null);
        Assert.Equal("tester", key.Role);
        Assert.StartsWith(
            "pulumi config set --stack dev --path 'modelserving:clients.shop.keyHashes[2]' ",
            Assert.Single(key.Commands),
            StringComparison.Ordinal);
        Assert.NotEqual(key.Key, NewKey.Make("dev", stack, ModelName.Parse("shop"), null).Key);
    }

    [Theory]
    [InlineData("", "caller")]
    [InlineData("  modelserving:clients: { shop: { keyHashes: [\"HASH\"] } }   # our clients\n", "caller")]
    [InlineData("  modelserving:clients:\n    shop:\n      keyHashes:\n        - HASH\n      role: tester\n", "tester")]
    public void With_write_its_hash_is_written_into_the_stack_file_and_the_changes_are_printed(string clients, string before)
    {
        using var folder = new TemporaryFolder();
        var stack = new StackLocation("some", folder.FullPath);
        File.WriteAllText(
            stack.FilePath,
            "# ours\nconfig:\n" + clients.Replace(
                "HASH",
                Hash,
                StringComparison.Ordinal) + "  modelserving:models:\n    a: { stable: { version: 1 } }\n");
        var old = stack.Read().Settings.Clients.GetValueOrDefault(ModelName.Parse("shop"));
        Assert.Equal(before, (old?.Role ?? ClientRole.Caller).ToString().ToLowerInvariant());

        var printed = new RecordedTerminal();
        KeysCommand.Make(printed.Terminal, stack, ModelName.Parse("shop"), ClientRole.Operator, write: true);

        var key = printed.Lines[1].Trim();
        var client = stack.Read().Settings.Clients.Single().Value;
        Assert.Equal([.. old?.KeyHashes ?? [], ApiKey.HashOf(key)], client.KeyHashes);
        Assert.Equal(ClientRole.Operator, client.Role);
        Assert.Empty(stack.Read().Check());
        Assert.StartsWith("# ours\n", File.ReadAllText(stack.FilePath), StringComparison.Ordinal);
        Assert.Equal(
            ["Pulumi.some.yaml: shop", $"  clients.shop.keyHashes  + {ApiKey.HashOf(key)}", "  clients.shop.role  operator"],
            printed.Lines[2..5]);
        Assert.DoesNotContain(key, File.ReadAllText(stack.FilePath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("modelserving:region: eu-frankfurt-1, ", "pulumi config set")]
    [InlineData("", "clients.shop.keyHashes  + ")]
    public void Without_write_the_stack_file_stays_as_it_is_and_what_to_do_is_printed(string region, string says)
    {
        using var folder = new TemporaryFolder();
        var stack = new StackLocation("some", folder.FullPath);
        var yaml = $"config: {{ {region}modelserving:models: {{ a: {{ stable: {{ version: 1 }} }} }} }}";
        File.WriteAllText(stack.FilePath, yaml);
        var printed = new RecordedTerminal();
        KeysCommand.Make(printed.Terminal, stack, ModelName.Parse("shop"), null, write: false);
        Assert.Equal(yaml, File.ReadAllText(stack.FilePath));
        Assert.Contains(says, printed.Output, StringComparison.Ordinal);
        Assert.Equal(region.Length > 0, printed.Output.Contains("pulumi", StringComparison.Ordinal));
    }

    private static StackFile Stack(string clients = "") => StackFile.Parse(
        $"config: {{ modelserving:region: eu-frankfurt-1, modelserving:models: {{ a: {{ stable: {{ version: 1 }} }} }}, " +
            $"modelserving:clients: {{ {clients} }} }}").File!;
}
