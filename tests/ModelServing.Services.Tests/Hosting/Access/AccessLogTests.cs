using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting.Access;
using ModelServing.Spool;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Hosting.Access;

public sealed class AccessLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().AddLogging().BuildServiceProvider();

    public void Dispose()
    {
        services.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Records_can_be_read_while_their_process_writes_and_after_its_end()
    {
        var requests = Enumerable.Range(0, 100).Select(static _ => Ulid.NewUlid()).ToList();
        using (var log = await OpenAsync())
        {
            foreach (var request in requests)
                log.Add(SomeAccess.Record(request));
            Assert.Equal(requests, AccessFiles.Read(folder.FullPath).Select(static record => record.RequestId));
            await log.StopAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(requests, AccessFiles.Read(folder.FullPath).Select(static record => record.RequestId));
        // What was prepared and not used is given back.
        Assert.InRange(SpoolFolder.BytesIn(folder.FullPath), 1, 64 * 1024);
    }

    [Fact]
    public async Task The_oldest_records_make_room_for_new_ones()
    {
        using var log = await OpenAsync();
        var last = default(Ulid);
        const int More = 400_000;
        for (var i = 0; i < More; i++)
        {
            last = Ulid.NewUlid();
            log.Add(SomeAccess.Record(last));
            if (i % 10_000 == 0)
                await UntilAsync(() => log.HasRoom);
        }

        var kept = AccessFiles.Read(folder.FullPath).ToList();
        Assert.Equal(last, kept[^1].RequestId);
        Assert.InRange(kept.Count, 10_000, More - 10_000);
        Assert.InRange(SpoolFolder.BytesIn(folder.FullPath), 1, AccessLogSettings.LeastBytes);
        await log.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_folders_of_ended_processes_are_deleted_when_they_are_old()
    {
        using (var first = await OpenAsync())
        {
            first.Add(SomeAccess.Record(Ulid.NewUlid()));
            await first.StopAsync(TestContext.Current.CancellationToken);
        }

        using (var second = await OpenAsync())
        {
            Assert.Equal(2, Directory.GetDirectories(folder.FullPath).Length);
            await second.StopAsync(TestContext.Current.CancellationToken);
        }

        foreach (var file in Directory.EnumerateFiles(folder.FullPath, "*.log", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow - AccessLog.KeptFor - TimeSpan.FromMinutes(1));
        using var third = await OpenAsync();
        await UntilAsync(() => Directory.GetDirectories(folder.FullPath).Length == 1);
        await third.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_record_before_there_is_room_is_counted_as_lost()
    {
        var lost = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == MetricNames.HostAccessLost)
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref lost, count));
        listener.Start();
        using var log = Create(new AccessLogSettings { Folder = folder.FullPath });
        log.Add(SomeAccess.Record(Ulid.NewUlid()));
        listener.RecordObservableInstruments();
        Assert.True(Interlocked.Read(ref lost) >= 1);
        await log.StopAsync(TestContext.Current.CancellationToken);
    }

    private async Task<AccessLog> OpenAsync()
    {
        var log = Create(new AccessLogSettings { Folder = folder.FullPath, MostBytes = AccessLogSettings.LeastBytes });
        await log.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => log.HasRoom);
        return log;
    }

    private AccessLog Create(AccessLogSettings settings) => new(
        settings,
        TimeProvider.System,
        services.GetRequiredService<IMeterFactory>(),
        services.GetRequiredService<ILogger<AccessLog>>());

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            Assert.False(timeout.IsCancellationRequested, "it never happened");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
