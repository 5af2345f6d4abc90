using System.Collections.Immutable;
using ModelServing.Infra.Predictions;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Predictions;

[Collection(nameof(OneAtATime))]
public class PredictionsTests
{
    private const string Table = "oci:Nosql/table:Table";
    private const string Index = "oci:Nosql/index:Index";

    [Fact]
    public async Task Records_and_outcomes_have_the_same_key_and_a_time_to_live()
    {
        var tables = (await Rendered.FromAsync(some => some.Predictions(days: 7))).OfType(Table)
            .ToDictionary(static table => table.Text("name"));

        Assert.Equal(2, tables.Count);
        Assert.Equal(
            "CREATE TABLE IF NOT EXISTS modelserving_some_predictions "
            + "(id STRING, attempt INTEGER, model STRING, minute LONG, record BINARY, PRIMARY KEY(SHARD(id), attempt)) USING TTL 7 DAYS",
            tables["modelserving_some_predictions"].Text("ddlStatement"));
        Assert.Equal(
            "CREATE TABLE IF NOT EXISTS modelserving_some_predictions_outcomes (id STRING, attempt INTEGER, outcome STRING, "
            + "PRIMARY KEY(SHARD(id), attempt)) USING TTL 7 DAYS",
            tables["modelserving_some_predictions_outcomes"].Text("ddlStatement"));
        Assert.Equal((200, 500, 50), LimitsOf(tables["modelserving_some_predictions"]));
        Assert.Equal((100, 60, 5), LimitsOf(tables["modelserving_some_predictions_outcomes"]));
    }

    [Fact]
    public async Task Records_are_found_by_model_and_minute()
    {
        var run = await Rendered.FromAsync(some => some.Predictions());

        var index = run.Only(Index);
        Assert.Equal("by_minute", index.Text("name"));
        Assert.Equal("predictions-id", index.Text("tableNameOrId"));
        Assert.Equal(
            ["model", "minute"],
            index.Inputs.List("keys").Cast<ImmutableDictionary<string, object>>().Select(static key => (string)key["columnName"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_tables_are_protected_and_kept_if_the_setting_says_so(bool dataProtection) => Assert.All(
        (await Rendered.FromAsync(some => some.Predictions(dataProtection))).OfType(Table),
        table =>
        {
            Assert.Equal(dataProtection, table.Options.Protect);
            Assert.Equal(dataProtection, table.Options.RetainOnDelete);
        });

    [Fact]
    public async Task A_size_below_1_is_refused()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => Rendered.FromAsync(some => some.Predictions(size: new TableSize(1, 0, 1))));
        await Assert.ThrowsAnyAsync<Exception>(() => Rendered.FromAsync(some => some.Predictions(days: 0)));
    }

    private static (int, int, int) LimitsOf(Made table)
    {
        var limits = (ImmutableDictionary<string, object>)table.Inputs["tableLimits"];
        return (Number("maxReadUnits"), Number("maxWriteUnits"), Number("maxStorageInGbs"));

        int Number(string name) => Convert.ToInt32(limits[name], System.Globalization.CultureInfo.InvariantCulture);
    }
}
