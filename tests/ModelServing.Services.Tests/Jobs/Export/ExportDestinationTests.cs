using ModelServing.Contracts;
using ModelServing.Jobs;
using ModelServing.Jobs.Export;
using ModelServing.Predictions;
using ModelServing.Registry;
using ModelServing.Services.Tests.Jobs.Readers;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Export;

/// <summary>Where an export goes: complete, or not at all.</summary>
public sealed class ExportDestinationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly MemoryPredictionStore store = new();

    public ExportDestinationTests() => store.Add(Enumerable.Range(0, 10).Select(static i => SomeRecord.Create(i, TimeSpan.FromMinutes(i))));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_that_exists_is_not_replaced()
    {
        var path = folder.Combine("out.parquet");
        await File.WriteAllTextAsync(path, "precious");
        var e = await Assert.ThrowsAsync<JobException>(() => SomeExport.ToFileAsync(store, path));
        Assert.Equal(JobExit.WrongInput, e.ExitCode);
        Assert.Contains($"{path} exists", e.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task A_file_that_appears_during_the_export_is_not_replaced()
    {
        var path = folder.Combine("out.parquet");
        store.Reading = _ => File.WriteAllText(path, "precious");
        await Assert.ThrowsAsync<JobException>(() => SomeExport.ToFileAsync(store, path));
        Assert.Equal("precious", await File.ReadAllTextAsync(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(folder.Combine("")));
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_named()
    {
        var e = await Assert.ThrowsAsync<JobException>(() => SomeExport.ToFileAsync(store, folder.Combine("no", "out.parquet")));
        Assert.Equal(JobExit.WrongInput, e.ExitCode);
    }

    [Fact]
    public async Task A_store_that_fails_halfway_leaves_nothing()
    {
        store.Reading = minute =>
        {
            if (minute % 10 == 5)
                store.Failure = new PredictionStoreException(PredictionStoreError.Unavailable, "gone");
        };
        await Assert.ThrowsAsync<PredictionStoreException>(() => SomeExport.ToFileAsync(store, folder.Combine("out.parquet")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Combine("")));
    }

    [Fact]
    public async Task An_interrupted_export_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        store.Reading = minute =>
        {
            if (minute % 10 == 5)
                stop.Cancel();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SomeExport.ToFileAsync(store, folder.Combine("out.parquet"), cancellation: stop.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Combine("")));
    }

    [Fact]
    public async Task Temporary_files_are_private()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a user's folders are private there");
        UnixFileMode? mode = null;
        store.Reading = _ => mode ??= new DirectoryInfo(folder.Combine("")).EnumerateDirectories().Single().UnixFileMode;
        await SomeExport.ToFileAsync(store, folder.Combine("out.parquet"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, mode);
    }

    [Fact]
    public async Task The_shards_of_a_range_are_objects_that_together_have_every_prediction_once()
    {
        ParquetReading.SkipUnlessInstalled();
        var bucket = new FolderObjectStore(folder.Combine("bucket"));
        var (since, until) = (SomeRecord.Start, SomeRecord.Start.AddMinutes(10));
        for (var i = 0; i < 3; i++)
            Assert.Contains("predictions, ", await PutAsync(bucket, since, until, new TimeShard(i, 3)), StringComparison.Ordinal);
        var keys = new List<string>();
        await foreach (var key in bucket.ListAsync("", default))
            keys.Add(key.Text);
        Assert.Equal(
            Enumerable.Range(1, 3).Select(static i =>
                $"datalake/predictions/20261128T100000Z-20261128T101000Z/part-0000{i}-of-00003.parquet"),
            keys);
        Assert.Equal(
            Enumerable.Range(0, 10).Select(SomeRecord.IdOf),
            keys.SelectMany(key => ParquetReading.ByDuckDb(folder.Combine("bucket", key)).Column("request_id")));
    }

    [Fact]
    public async Task A_shard_that_is_tried_again_stays_as_it_is()
    {
        var bucket = new FolderObjectStore(folder.Combine("bucket"));
        await PutAsync(bucket, SomeRecord.Start, SomeRecord.Start.AddMinutes(10), TimeShard.Whole);
        var reads = 0;
        store.Reading = _ => reads++;
        Assert.Contains(
            "exists already",
            await PutAsync(bucket, SomeRecord.Start, SomeRecord.Start.AddMinutes(10), TimeShard.Whole),
            StringComparison.Ordinal);
        Assert.Equal(0, reads);
    }

    private Task<string> PutAsync(IObjectStore bucket, DateTimeOffset since, DateTimeOffset until, TimeShard shard)
    {
        var (first, end) = shard.Cut(since, until);
        var request = new ExportRequest([ModelName.Parse("fraud")], first, end, 256);
        return ExportDestination.ToObjectAsync(
            bucket,
            ExportDestination.KeyOf(since, until, shard),
            temporary => new PredictionExport(store, new LineProgress(TextWriter.Null))
                .WriteAsync(request, temporary.FullPath, temporary.File, default),
            default);
    }
}
