using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using StackExchange.Redis;

namespace ModelServing.Services.Tests.Cache.Reports;

/// <summary>The properties of reports and posted minutes on every server of the Redis protocol.</summary>
public abstract class MinuteReportsTests : IAsyncLifetime
{
    private const long Minute = 29_300_000;
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(1);
    private static readonly ModelName Fraud = ModelName.Parse("fraud");

    private readonly Func<Task<TestedCache>> start;
    private TestedCache cache = null!;

    private protected MinuteReportsTests(Func<Task<TestedCache>> start) => this.start = start;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => cache = await start();

    public async ValueTask DisposeAsync()
    {
        if (cache is not null)
            await cache.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Reports_about_a_minute_are_read_for_that_minute()
    {
        var (one, other) = (Canary(3), Canary(4) with { IsLeaving = true });
        await Reports().WriteAsync(Fraud, Minute, one, Token);
        await Reports().WriteAsync(Fraud, Minute, other, Token);
        await Reports().WriteAsync(Fraud, Minute + 1, one, Token);

        var read = await Reports().ReadAsync(Fraud, Minute, Token);
        Assert.Equal(0, read.Unreadable);
        AssertSame([one, other], read);
        AssertSame([one], await Reports().ReadAsync(Fraud, Minute + 1, Token));
        AssertSame([], await Reports().ReadAsync(Fraud, Minute - 1, Token));
    }

    [Fact]
    public async Task The_feature_servers_report_about_a_minute_is_read_for_that_minute_until_the_next_one()
    {
        var reports = new FeatureReports(cache.Open(), "dev", Length);
        var view = new ViewReport("card-activity", 2, IsFilled: true, 1.5, 100, 7);
        Assert.Null(await reports.FindAsync(Minute, Token));
        await reports.WriteAsync(Minute, new FeatureReport(3, 0, 0.5, [view]), Token);
        await reports.WriteAsync(Minute, new FeatureReport(4, 1.25, 0.75, [view]) { IsLeaving = true }, Token);

        var read = (await reports.FindAsync(Minute, Token))!;
        Assert.Equal((4, 1.25, 0.75, true), (read.Unshipped, read.OverdueSeconds, read.LogShare, read.IsLeaving));
        Assert.Equal(view, Assert.Single(read.Views));
        Assert.Null(await reports.FindAsync(Minute + 1, Token));
        Assert.Null(await new FeatureReports(cache.Open(), "prod", Length).FindAsync(Minute, Token));
    }

    [Fact]
    public async Task A_report_about_features_of_a_foreign_program_is_refused()
    {
        var connection = cache.Open();
        var reports = new FeatureReports(connection, "dev", Length);
        await connection.QueryAsync(
            "",
            static multiplexer => multiplexer.GetDatabase().StringSetAsync($"{{ms:dev:reports}}:features:{Minute}", "{\"unshipped\": 1}"),
            Token);
        var fault = await Assert.ThrowsAsync<ContractException>(() => reports.FindAsync(Minute, Token));
        Assert.Contains("can't be read", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_is_repeated_or_overtaken_by_the_next_counts_once()
    {
        var first = Canary(3);
        var next = first with { Streams = [new VariantCounts("canary", 1, SomeReports.Count(answered: 9))] };
        var reports = Reports();
        foreach (var report in (ProcessReport[])[first, first, next, next])
            await reports.WriteAsync(Fraud, Minute, report, Token);
        AssertSame([next], await reports.ReadAsync(Fraud, Minute, Token));
    }

    [Fact]
    public async Task A_process_that_restarts_within_the_minute_does_not_overwrite_its_previous_run()
    {
        var (before, after) = (Canary(3), Canary(4));
        await Reports().WriteAsync(Fraud, Minute, before, Token);
        await Reports().WriteAsync(Fraud, Minute, after, Token);
        var read = await Reports().ReadAsync(Fraud, Minute, Token);
        Assert.Equal(7, read.Processes.SelectMany(static process => process.Streams).Sum(static stream => stream.Counts.Requests));
    }

    [Fact]
    public async Task Each_model_and_environment_has_its_own_reports()
    {
        var connection = cache.Open();
        var other = ModelName.Parse("fraud-2");
        await Reports().WriteAsync(Fraud, Minute, Canary(1), Token);
        await Reports().WriteAsync(other, Minute, Canary(2), Token);
        await new MinuteReports(connection, "prod", Length).WriteAsync(Fraud, Minute, Canary(3), Token);

        Assert.Equal([Fraud, other], (await Reports().ModelsAsync(Minute, Token)).Models);
        Assert.Equal([Fraud], (await new MinuteReports(connection, "prod", Length).ModelsAsync(Minute, Token)).Models);
        Assert.Equal(1, Assert.Single((await Reports().ReadAsync(Fraud, Minute, Token)).Processes).Streams[0].Counts.Requests);
    }

    [Fact]
    public async Task Models_beyond_those_that_are_read_are_counted()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{cache.Address},password={cache.Password}");
        await redis.GetDatabase().SortedSetAddAsync(
            "{ms:dev:reports}:models",
            [
                .. Enumerable.Range(0, ModelMetricCatalogue.MaxModels + 3)
                    .Select(static i => new SortedSetEntry($"model-{i:00000}", Minute - (i < 3 ? 1 : 0))),
            ]);
        var (models, leftOut) = await Reports().ModelsAsync(Minute, Token);
        Assert.Equal((ModelMetricCatalogue.MaxModels, 3), (models.Count, leftOut));
        // Those with the latest reports are read.
        Assert.DoesNotContain(ModelName.Parse("model-00000"), models);
    }

    [Fact]
    public async Task A_model_without_reports_is_forgotten_and_a_late_report_about_the_past_does_not_keep_it()
    {
        var reports = Reports();
        await reports.WriteAsync(Fraud, Minute, Canary(1), Token);
        await reports.WriteAsync(Fraud, Minute - 5, Canary(1), Token);
        Assert.Equal([Fraud], (await reports.ModelsAsync(Minute + MinuteReports.KeptMinutes - 1, Token)).Models);
        Assert.Empty((await reports.ModelsAsync(Minute + MinuteReports.KeptMinutes, Token)).Models);
        Assert.Empty((await reports.ModelsAsync(Minute, Token)).Models);
    }

    [Fact]
    public async Task Reports_expire()
    {
        await Reports().WriteAsync(Fraud, Minute, Canary(1), Token);
        await Posted().TakeAsync(Minute, Guid.NewGuid(), TimeSpan.FromSeconds(30), Token);
        await Posted().TakeAsync(Minute + 1, Guid.NewGuid(), TimeSpan.FromSeconds(30), Token);
        await Posted().MarkAsync(Minute + 1, Token);

        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{cache.Address},password={cache.Password}");
        var keys = new List<string>();
        await foreach (var key in redis.GetServer(cache.Address).KeysAsync())
        {
            keys.Add(key.ToString());
            Assert.InRange(
                (await redis.GetDatabase().KeyTimeToLiveAsync(key))!.Value,
                TimeSpan.FromSeconds(1),
                MinuteReports.KeptMinutes * Length);
        }

        Assert.Equal(
            [
                "{ms:dev:reports:fraud}:29300000",
                "{ms:dev:reports}:models",
                "{ms:dev:reports}:posted:29300000",
                "{ms:dev:reports}:posted:29300001",
            ],
            keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Foreign_entries_are_counted_and_do_not_prevent_other_reports_from_being_read()
    {
        var report = Canary(1);
        await Reports().WriteAsync(Fraud, Minute, report, Token);
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{cache.Address},password={cache.Password}");
        await redis.GetDatabase().HashSetAsync("{ms:dev:reports:fraud}:29300000", [new("unknown", "x"), new($"1/{Guid.NewGuid():N}", "x")]);
        await redis.GetDatabase().SortedSetAddAsync("{ms:dev:reports}:models", "No Model", Minute);

        var read = await Reports().ReadAsync(Fraud, Minute, Token);
        AssertSame([report], read);
        Assert.Equal(2, read.Unreadable);
        Assert.Equal([Fraud], (await Reports().ModelsAsync(Minute, Token)).Models);
    }

    [Fact]
    public async Task A_minute_is_claimed_by_one_run_and_again_only_if_that_run_did_not_mark_it_in_time()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => Posted().TakeAsync(Minute, Guid.NewGuid(), TimeSpan.FromMinutes(1), Token)));
        Assert.Single(runs, static taken => taken);

        await Posted().TakeAsync(Minute + 1, Guid.NewGuid(), TimeSpan.FromMilliseconds(1), Token);
        while (!await Posted().TakeAsync(Minute + 1, Guid.NewGuid(), TimeSpan.FromMilliseconds(1), Token))
            await Task.Delay(1, Token);

        await Posted().MarkAsync(Minute + 1, Token);
        await Task.Delay(5, Token);
        Assert.False(await Posted().TakeAsync(Minute + 1, Guid.NewGuid(), TimeSpan.FromMinutes(1), Token));
    }

    private static ProcessReport Canary(int requests) =>
        SomeReports.Process(SomeReports.Two, new VariantCounts("canary", 1, SomeReports.Count(answered: requests)));

    private static void AssertSame(IEnumerable<ProcessReport> expected, ModelMinute read)
    {
        ProcessReport[] processes = [.. expected.OrderBy(static process => process.Incarnation)];
        Assert.Equal(
            processes.Select(static process => process with { Streams = [] }),
            read.Processes.OrderBy(static process => process.Incarnation).Select(static process => process with { Streams = [] }));
        Assert.Equal(
            processes.SelectMany(static process => process.Streams),
            read.Processes.OrderBy(static process => process.Incarnation).SelectMany(static process => process.Streams));
    }

    private MinuteReports Reports() => new(cache.Open(), "dev", Length);

    private PostedMinutes Posted() => new(cache.Open(), "dev", Length);
}
