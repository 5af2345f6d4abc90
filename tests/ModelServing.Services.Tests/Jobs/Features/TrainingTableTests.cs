using System.Text;
using ModelServing.Jobs;
using ModelServing.Jobs.Features;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Features;

/// <summary>Training tables in the object store, as the pods of a Job read and write them.</summary>
public sealed class TrainingTableTests : IDisposable
{
    private readonly TemporaryFolder bucket = new();
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IObjectStore Store => RegistryLocation.Open("file:" + bucket.FullPath);

    public void Dispose()
    {
        bucket.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Each_part_has_a_key_of_its_own_beside_the_rows() => Assert.Equal(
        "datalake/training/fraud-1/part-00002-of-00004.parquet", TrainingTable.Named("fraud-1").Part(new EntityShard(1, 4)).Text);

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("ä")]
    public void A_name_that_can_be_no_folder_is_refused(string name) =>
        Assert.Equal(JobExit.WrongInput, Assert.Throws<JobException>(() => TrainingTable.Named(name)).ExitCode);

    [Fact]
    public async Task The_rows_are_Parquet_or_CSV()
    {
        var table = TrainingTable.Named("fraud-1");
        var e = await Assert.ThrowsAsync<JobException>(() => table.FetchRowsAsync(Store, folder.FullPath, Token));
        Assert.Equal(JobExit.WrongInput, e.ExitCode);
        Assert.Contains(
            "neither datalake/training/fraud-1/rows.parquet nor datalake/training/fraud-1/rows.csv", e.Message, StringComparison.Ordinal);
        await Store.ReplaceAsync(
            ObjectKey.Parse("datalake/training/fraud-1/rows.csv"), Encoding.UTF8.GetBytes("card_id,time\n1,2\n"), Token);
        var rows = await table.FetchRowsAsync(Store, folder.FullPath, Token);
        Assert.Equal(folder.Combine("rows.csv"), rows);
        Assert.Equal("card_id,time\n1,2\n", await File.ReadAllTextAsync(rows, Token));
    }

    [Fact]
    public async Task The_pods_of_a_Job_write_the_parts_of_a_table_and_an_attempt_that_is_repeated_changes_nothing()
    {
        using var log = new SomeJoin();
        await new ModelServing.Features.Definitions.PublishedViews(log.Store).PublishAsync(OnlineStore.SomeViews.CardActivity(), Token);
        var rows = string.Join('\n', Enumerable.Range(0, 40).Select(static i => $"{i},{1_800_000_000_000_000 + i},{i % 2}"));
        await log.Store.ReplaceAsync(
            ObjectKey.Parse("datalake/training/fraud-1/rows.csv"), Encoding.UTF8.GetBytes("card_id,time,label\n" + rows + "\n"), Token);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            for (var index = 0; index < 2; index++)
            {
                using var pod = JobProcess.Start(
                    null,
                    [new("MODELSERVING_TABLE", "fraud-1"), new("JOB_COMPLETION_INDEX", $"{index}")],
                    "features", "export", "--registry", "file:" + log.Bucket.FullPath, "--shards", "2", "--view", "card-activity:1");
                await pod.RunAsync(Token);
            }
        }

        var parts = log.Bucket.Combine("datalake", "training", "fraud-1", "part-*.parquet");
        var found = SomeJoin.Query($"SELECT card_id, label, \"card-activity_status\" AS status FROM '{parts}' ORDER BY card_id");
        Assert.Equal(Enumerable.Range(0, 40).Select(static i => (object)(long)i), found.Select(static row => row["card_id"]));
        Assert.All(found, static row => Assert.Equal("missing", row["status"]));
        Assert.Equal(3, Directory.EnumerateFiles(log.Bucket.Combine("datalake", "training", "fraud-1")).Count());
    }
}
