using ModelServing.Jobs;
using ModelServing.Services.Tests.Features.Engine;

namespace ModelServing.Services.Tests.Jobs.Features;

/// <summary>Rows that can't be joined: the error says where, and nothing is written.</summary>
public sealed class RowsFileTests : IDisposable
{
    private readonly SomeJoin join = new();

    public void Dispose() => join.Dispose();

    [Theory]
    [InlineData("", "rows.csv is empty")]
    [InlineData("card_id,time,amount\n", "rows.csv has no rows")]
    [InlineData(
        "card,time,amount\n1,2026-01-01,2\n",
        "there is no column card_id (an entity key of card-activity v1, int64); the columns are card, time, amount")]
    [InlineData("card_id,time\n1,2026-01-01\n", "there is no column amount (a value of a request for card-activity v1, decimal(2))")]
    [InlineData("card_id,amount\n1,2\n", "there is no column time (the time of reading")]
    [InlineData("card_id,time,amount\n1,2026-01-01,2\nx7,2026-01-01,2\n", "CSV Error on Line: 3")]
    [InlineData("card_id,time,amount\n1,2026-01-01,2\n,2026-01-01,2\n", "rows.csv: row 2: card_id is empty")]
    [InlineData("card_id,time,amount\n1,2026-01-01,2\n2,,2\n", "rows.csv: row 2: time is empty")]
    [InlineData("card_id,time,amount\n1,2026-01-01,2\n2,yesterday,2\n", "rows.csv: row 2: time is 'yesterday'; it must be a time as in")]
    [InlineData("card_id,time,amount\n1,1969-12-31,2\n", "rows.csv: row 1: time is -86400000000")]
    [InlineData(
        "card_id,time,amount\n1,2026-01-01,much\n",
        "the column amount (a value of a request for card-activity v1) is VARCHAR; it must be decimal(2)")]
    [InlineData(
        "card_id,time,amount,Card-Activity.f0\n1,2026-01-01,2,3\n",
        "it has a column card-activity.f0, which is the name of a column of the result")]
    [InlineData("card_id,time,amount\n1,2026-01-01,2\n\"1,2026-01-01,2\n", "rows.csv can't be read")]
    public Task A_wrong_file_is_refused_with_the_place(string text, string message) => RefuseAsync(join.WriteCsv(text), message);

    [Fact]
    public async Task A_file_that_is_not_what_its_name_says_is_refused()
    {
        await RefuseAsync(join.WriteCsv("card_id,time,amount\n1,2026-01-01,2\n", "rows.parquet"), "rows.parquet can't be read");
        await RefuseAsync(join.WriteCsv("card_id,time,amount\n1,2026-01-01,2\n", "rows.xlsx"), "must be a .parquet or .csv file");
        await RefuseAsync(join.Out.Combine("no.csv"), "does not exist");
        await RefuseAsync(join.WriteCsv("card_id,time,amount\n", "rows*.csv"), "has one of * ? [ in its name");
    }

    [Fact]
    public async Task Keys_of_another_type_are_refused()
    {
        // As pandas writes whole numbers with a missing one.
        await RefuseAsync(
            join.WriteParquet("card_id, time, amount", ["(1.0::DOUBLE, 1::BIGINT, 2)"]),
            "the column card_id (an entity key of card-activity v1) is DOUBLE; it must be int64");
        await RefuseAsync(
            join.WriteParquet("card_id, time, amount", ["(1, 1::BIGINT, 2), (NULL, 1::BIGINT, 2)"], "null.parquet"),
            "null.parquet: row 2: card_id is empty");
    }

    [Fact]
    public Task A_time_that_no_event_can_have_is_refused() => RefuseAsync(
        join.WriteParquet("card_id, time, amount", ["(1, '2026-01-01T00:00:00Z', 2), (2, '2300-01-01T00:00:00Z', 2)"]),
        "row 2: time is '2300-01-01T00:00:00Z'; it must be a time as in 2026-11-28T10:30:00Z, between 1970 and 2255");

    private async Task RefuseAsync(string rows, string message)
    {
        var before = Directory.GetFileSystemEntries(join.Out.FullPath);
        var e = await Assert.ThrowsAsync<JobException>(() => join.ExportAsync(rows, [SomeViews.Everything]));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(JobExit.WrongInput, e.ExitCode);
        Assert.Equal(before, Directory.GetFileSystemEntries(join.Out.FullPath));
    }
}
