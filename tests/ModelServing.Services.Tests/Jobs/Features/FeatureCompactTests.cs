using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;
using ModelServing.Jobs;
using ModelServing.Registry;
using ModelServing.Services.Tests.Features.Events;
using ModelServing.TestKit;
using OnlineViews = ModelServing.Services.Tests.OnlineStore.SomeViews;

namespace ModelServing.Services.Tests.Jobs.Features;

/// <summary>Old segments move into the archive, and nothing is lost on the way.</summary>
public sealed class FeatureCompactTests : IDisposable
{
    private const int Segments = 3;
    private const int OfSegment = 25;
    private const long Day = 86_400_000_000;

    // The last event is a hundred microseconds later.
    private static readonly DateTimeOffset Newest = SomeEvents.Time.ToDateTimeOffset();

    private readonly SomeJoin log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => log.Dispose();

    [Fact]
    public async Task Old_segments_are_Parquet_then_and_newer_ones_stay()
    {
        await AppendAsync();
        var later = Enumerable.Range(1000, 10).Select(static i => At(i, SomeEvents.Time.Microseconds + Day));
        await log.AppendAsync(later, ship: true);
        var all = await SomeCompaction.InSegmentsAsync(log.Store);

        // Seven days after the first ones, the later ones are newer than that.
        var result = await SomeCompaction.RunAsync(log.Store, Newest.AddDays(7).AddHours(1), TimeSpan.FromDays(7));
        Assert.Equal((Segments, Segments * OfSegment, 1, 0), (result.Deleted, result.Events, result.Left, result.Damaged));
        await SomeCompaction.HasAllAsync(log.Store, all);
        Assert.Equal(10, (await SomeCompaction.InSegmentsAsync(log.Store)).Count);
        Assert.Equal(
            new LogCompaction(Segments * OfSegment, SomeEvents.Time.Microseconds + (Segments * OfSegment) + 1),
            await LogCompaction.ReadAsync(log.Store, Token));

        // Nothing is left to do.
        var again = await SomeCompaction.RunAsync(log.Store, Newest.AddDays(7).AddHours(1), TimeSpan.FromDays(7));
        Assert.Equal((0, 1), (again.Deleted, again.Left));
        Assert.Equal(Segments, (await FilesAsync()).Count);
    }

    [Fact]
    public async Task The_archive_says_what_each_event_is()
    {
        await AppendAsync();
        await SomeCompaction.RunAsync(log.Store, Newest.AddDays(60), TimeSpan.Zero, batchBytes: long.MaxValue);
        var file = log.Bucket.Combine(Assert.Single(await FilesAsync()).Text.Split('/'));
        var rows = SomeJoin.Query($"SELECT * FROM '{file}'");
        Assert.Equal(
            Enumerable.Range(1, Segments * OfSegment).Select(static i => (object)(long)i), rows.Select(static row => row["sequence"]));
        Assert.Equal(("payments", "1"), (rows[0]["source"], rows[0]["id"]));
        Assert.Equal(Newest.UtcDateTime.AddMicroseconds(1), rows[0]["time"]);
        Assert.Equal(rows[0]["time"], rows[0]["known_time"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wherever_the_process_ends_nothing_is_lost_and_the_next_one_completes_it(bool takesEffect)
    {
        await AppendAsync();
        var all = await SomeCompaction.InSegmentsAsync(log.Store);
        using var original = new TemporaryFolder();
        Copy(log.Bucket.FullPath, original.FullPath);
        for (var failAt = 1; ; failAt++)
        {
            using var bucket = new TemporaryFolder();
            Copy(original.FullPath, bucket.FullPath);
            var store = RegistryLocation.Open("file:" + bucket.FullPath);
            var failing = new FailingStore(store, failAt, takesEffect);
            try
            {
                await SomeCompaction.RunAsync(failing, Newest.AddDays(60), TimeSpan.Zero);
            }
            catch (RegistryException)
            {
                // The next run goes on.
            }

            await SomeCompaction.HasAllAsync(store, all);
            await SomeCompaction.RunAsync(store, Newest.AddDays(60), TimeSpan.Zero);
            await SomeCompaction.HasAllAsync(store, all);
            Assert.Empty(await SomeCompaction.InSegmentsAsync(store));
            if (failing.HasFailed)
                continue;
            // At least: a list, and for each segment a read, a list, a put, a list, a read, a put and a delete.
            Assert.InRange(failAt, 7 * Segments, 1000);
            return;
        }
    }

    [Fact]
    public async Task Two_at_a_time_lose_nothing()
    {
        await AppendAsync();
        var all = await SomeCompaction.InSegmentsAsync(log.Store);
        await Task.WhenAll(Enumerable.Range(1, 3).Select(batch => Task.Run(
            () => SomeCompaction.RunAsync(log.Store, Newest.AddDays(60), TimeSpan.Zero, batch * 2000L))));
        await SomeCompaction.HasAllAsync(log.Store, all);
        Assert.Empty(await SomeCompaction.InSegmentsAsync(log.Store));
    }

    [Fact]
    public async Task A_segment_that_a_published_view_may_need_stays()
    {
        await AppendAsync();
        var view = OnlineViews.CardActivity() with { TimeToLive = TimeSpan.FromDays(40) };
        await new PublishedViews(log.Store).PublishAsync(view, Token);
        Assert.Equal(0, (await SomeCompaction.RunAsync(log.Store, Newest.AddDays(80), TimeSpan.FromDays(7))).Deleted);
        Assert.Equal(Segments, (await SomeCompaction.RunAsync(log.Store, Newest.AddDays(82), TimeSpan.FromDays(7))).Deleted);
    }

    [Fact]
    public async Task A_damaged_segment_stays_and_the_others_are_compacted()
    {
        await AppendAsync();
        var key = SegmentKeys.Segment(0, 2);
        var path = log.Bucket.Combine(key.Text.Split('/'));
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Token);
        var result = await SomeCompaction.RunAsync(log.Store, Newest.AddDays(60), TimeSpan.Zero);
        Assert.Equal((Segments - 1, 1, 1), (result.Deleted, result.Left, result.Damaged));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path, Token));
    }

    [Fact]
    public async Task An_archive_with_other_events_is_not_believed()
    {
        await AppendAsync();
        await log.Store.ReplaceAsync(
            ArchiveKeys.File(1, OfSegment), await OtherArchiveAsync(), Token);
        var e = await Assert.ThrowsAsync<JobException>(
            () => SomeCompaction.RunAsync(log.Store, Newest.AddDays(60), TimeSpan.Zero));
        Assert.Contains("has other events than the segments", e.Message, StringComparison.Ordinal);
        Assert.Equal(Segments * OfSegment, (await SomeCompaction.InSegmentsAsync(log.Store)).Count);
    }

    [Fact]
    public async Task A_training_table_is_the_same_before_and_after()
    {
        await AppendAsync();
        // Not known at the times of the rows.
        await log.AppendAsync([At(1000, SomeEvents.Time.Microseconds + 500)], ship: false);
        var rows = log.WriteParquet("card_id, time", Enumerable.Range(0, 120).Select(
            static i => $"({i % 5}, {SomeEvents.Time.Microseconds + (i * 2)}::BIGINT)"));
        ViewDefinition[] views = [OnlineViews.CardActivity()];
        var before = SomeJoin.Query($"SELECT * FROM '{await log.ExportAsync(rows, views, "before.parquet")}'");
        Assert.Contains(before, static row => row["card-activity.count_1d"] is > 10L);
        await SomeCompaction.RunAsync(log.Store, Newest.AddDays(60), TimeSpan.Zero);
        Assert.Empty(await SomeCompaction.InSegmentsAsync(log.Store));
        Assert.Equal(before, SomeJoin.Query($"SELECT * FROM '{await log.ExportAsync(rows, views, "after.parquet")}'"));
        Assert.Equal((Segments * OfSegment, 0), (log.Last!.Events, log.Last.Missing));
    }

    private static FeatureEvent At(int number, long time)
    {
        var payment = SomeEvents.Payment(number, number % 5);
        return new FeatureEvent
        {
            Source = payment.Source,
            Id = payment.Id,
            Time = new ModelServing.Features.Instant(time),
            KnownTime = new ModelServing.Features.Instant(time),
            Fields = payment.Fields,
        };
    }

    private static void Copy(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
    }

    private async Task AppendAsync()
    {
        for (var segment = 0; segment < Segments; segment++)
        {
            await log.AppendAsync(
                Enumerable.Range((segment * OfSegment) + 1, OfSegment).Select(static i => SomeEvents.Payment(i, i % 5)), ship: true);
        }
    }

    private async Task<List<ObjectKey>> FilesAsync() =>
        await log.Store.ListAsync(ArchiveKeys.Events, Token).ToListAsync(Token);

    // A file with the same sequences and other events.
    private static async Task<byte[]> OtherArchiveAsync()
    {
        using var other = new SomeJoin();
        await other.AppendAsync(Enumerable.Range(500, OfSegment).Select(static i => SomeEvents.Payment(i)), ship: true);
        await SomeCompaction.RunAsync(other.Store, Newest.AddDays(60), TimeSpan.Zero);
        return await File.ReadAllBytesAsync(other.Bucket.Combine(ArchiveKeys.File(1, OfSegment).Text.Split('/')), Token);
    }
}
