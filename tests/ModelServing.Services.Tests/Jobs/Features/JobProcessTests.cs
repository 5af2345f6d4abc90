using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Features;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.Services.Tests.Features.Events;
using OnlineViews = ModelServing.Services.Tests.OnlineStore.SomeViews;

namespace ModelServing.Services.Tests.Jobs.Features;

/// <summary>The jobs of the feature store as processes: what they need, and what is left of them when they are killed.</summary>
public sealed class JobProcessTests
{
    private const int Small = 20_000;
    private const int Large = 400_000;

    // Managed objects of all rows or events would need more.
    private const int HeapMegabytes = 64;

    // The small table does not fill it, and the large one does. All rows and events of it would need more.
    private const int DatabaseMegabytes = 64;

    // What differs from run to run.
    private const int SlackMegabytes = 64;

    // Whatever the clock of this machine shows, these are old.
    private static readonly long Began = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_memory_of_an_export_does_not_grow_with_its_rows()
    {
        var small = await ExportAsync(Small);
        var large = await ExportAsync(Large);
        TestContext.Current.SendDiagnosticMessage($"{small:0} MB for {Small} rows, {large:0} MB for {Large}");
        Assert.True(
            large <= small + DatabaseMegabytes + SlackMegabytes, $"{Small} rows need {small:0} MB, and {Large} rows need {large:0} MB");
    }

    [Fact]
    public async Task A_compaction_that_is_killed_again_and_again_loses_nothing()
    {
        const int Segments = 8;
        const int OfSegment = 3000;
        using var log = new SomeJoin();
        for (var segment = 0; segment < Segments; segment++)
        {
            await log.AppendAsync(
                Enumerable.Range((segment * OfSegment) + 1, OfSegment).Select(static i => Payment(i, i % 50)), ship: true);
        }

        var all = await SomeCompaction.InSegmentsAsync(log.Store);
        Assert.Equal(Segments * OfSegment, all.Count);
        var random = new Random(1);
        // A run needs a few hundred milliseconds to begin, and is done at some time, if only because it is killed later each time.
        for (var kills = 0; ; kills++)
        {
            using var process = Compact(log);
            if (process.Wait(TimeSpan.FromMilliseconds(random.Next(100, 700) + (kills * 50))))
                break;
            process.Kill();
            await SomeCompaction.HasAllAsync(log.Store, all);
        }

        using (var last = Compact(log))
            await last.RunAsync(Token);
        await SomeCompaction.HasAllAsync(log.Store, all);
        Assert.Empty(await SomeCompaction.InSegmentsAsync(log.Store));
    }

    [Theory]
    [InlineData("", "ms")]
    [InlineData("./dev ms", "./dev ms")]
    public async Task A_message_names_the_command_that_its_user_types(string typed, string command)
    {
        using var log = new SomeJoin();
        await File.WriteAllLinesAsync(log.Out.Combine("rows.csv"), ["card_id,time", "1,1"], Token);
        using var process = JobProcess.Start(
            null,
            new Dictionary<string, string> { [OwnCommand.Variable] = typed },
            "features", "export", "--registry", "file:" + log.Bucket.FullPath, "--events", log.Volume.FullPath,
            "--rows", log.Out.Combine("rows.csv"), "--view", "nothing/v1", "--out", log.Out.Combine("table.parquet"));
        Assert.Contains($"; '{command} features apply' publishes it", await process.FailAsync(Token), StringComparison.Ordinal);
    }

    private static JobProcess Compact(SomeJoin log) => JobProcess.Start(
        null,
        "features", "compact", "--registry", "file:" + log.Bucket.FullPath, "--keep-days", "0", "--batch-mb", "1", "--memory-mb", "64");

    // As many events as rows, and a hundred of each for a card.
    private static async Task<double> ExportAsync(int count)
    {
        using var log = new SomeJoin();
        await new PublishedViews(log.Store).PublishAsync(OnlineViews.CardActivity(), Token);
        await log.AppendAsync(Enumerable.Range(1, count).Select(i => Payment(i, i % (count / 100))), ship: false);
        await File.WriteAllLinesAsync(
            log.Out.Combine("rows.csv"),
            Enumerable.Range(0, count).Select(i => string.Create(
                CultureInfo.InvariantCulture, $"{i % (count / 100)},{Began + count + i}")).Prepend("card_id,time"),
            Token);
        using var process = JobProcess.Start(
            HeapMegabytes,
            "features", "export", "--registry", "file:" + log.Bucket.FullPath, "--events", log.Volume.FullPath,
            "--rows", log.Out.Combine("rows.csv"), "--view", "card-activity/v1", "--out", log.Out.Combine("table.parquet"),
            "--memory-mb", DatabaseMegabytes.ToString(CultureInfo.InvariantCulture));
        return await process.RunAsync(Token);
    }

    private static FeatureEvent Payment(int number, int card)
    {
        var payment = SomeEvents.Payment(number, card);
        return new FeatureEvent
        {
            Source = payment.Source,
            Id = payment.Id,
            Time = new Instant(Began + number),
            KnownTime = new Instant(Began + number),
            Fields = payment.Fields,
        };
    }
}
