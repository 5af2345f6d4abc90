using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Journal;

[Collection(nameof(OneAtATime))]
public class JournalTests
{
    private const string Table = "oci:Nosql/table:Table";

    [Fact]
    public async Task The_journal_has_one_shard_per_model_and_no_time_to_live()
    {
        var table = (await Rendered.FromAsync(some => some.Journal())).Only(Table);

        Assert.Equal("modelserving_some_journal", table.Text("name"));
        Assert.Equal(
            "CREATE TABLE IF NOT EXISTS modelserving_some_journal (model STRING, seq LONG, event JSON, PRIMARY KEY(SHARD(model), seq))",
            table.Text("ddlStatement"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_table_is_protected_and_kept_if_the_setting_says_so(bool dataProtection)
    {
        var table = (await Rendered.FromAsync(some => some.Journal(dataProtection))).Only(Table);

        Assert.Equal(dataProtection, table.Options.Protect);
        Assert.Equal(dataProtection, table.Options.RetainOnDelete);
    }
}
