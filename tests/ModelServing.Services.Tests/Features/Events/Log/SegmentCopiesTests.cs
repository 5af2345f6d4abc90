using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts;
using ModelServing.Features.Events.Log;
using ModelServing.Registry;
using ModelServing.Spool;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Features.Events.Log;

/// <summary>A log that another process writes, ships and deletes while it is read.</summary>
public sealed class SegmentCopiesTests : IDisposable
{
    private readonly TemporaryFolder volume = new();
    private readonly TemporaryFolder bucket = new();
    private readonly TemporaryFolder scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IObjectStore Store => RegistryLocation.Open("file:" + bucket.FullPath);

    public void Dispose()
    {
        volume.Dispose();
        bucket.Dispose();
        scratch.Dispose();
    }

    [Fact]
    public async Task A_log_that_grows_is_read_without_a_gap()
    {
        using var log = await OpenAsync();
        var copies = new SegmentCopies(Store, scratch.FullPath);
        var appended = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var appending = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested && appended < 50_000)
                    Append(log, Interlocked.Increment(ref appended));
            },
            Token);
        for (var round = 0; round < 20; round++)
        {
            var least = Math.Max(0, Volatile.Read(ref appended) - 1);
            var ranges = new SequenceRanges();
            foreach (var record in copies.ReadVolume(volume.FullPath).SelectMany(static records => records))
                Assert.True(ranges.Add((long)record.Number));
            Assert.Equal(0, ranges.Missing);
            Assert.True(ranges.Last >= least, $"{ranges.Last} of {least}");
        }

        await stop.CancelAsync();
        await appending;
    }

    [Fact]
    public async Task A_segment_that_moves_to_the_next_place_while_it_is_read_is_found_there()
    {
        using (var log = await OpenAsync())
        {
            for (var i = 1; i <= 10; i++)
                Append(log, i);
            log.Close();
            await log.ShipAllAsync(Token);
        }

        var copies = new SegmentCopies(Store, scratch.FullPath);
        var local = copies.ReadVolume(volume.FullPath).GetEnumerator();
        // The folder has been listed, or not yet: both are fine.
        foreach (var segment in Directory.EnumerateFiles(volume.FullPath, "*.log"))
            File.Delete(segment);
        Assert.False(local.MoveNext());
        var keys = await copies.ListShippedAsync(Token);
        var read = new List<ulong>();
        await foreach (var records in copies.ReadShippedAsync(keys, Token))
            read.AddRange(records.Select(static record => record.Number));
        Assert.Equal(Enumerable.Range(1, 10).Select(static number => (ulong)number), read);

        // Deleted after it was listed.
        foreach (var key in keys)
            File.Delete(bucket.Combine(key.Text.Split('/')));
        await foreach (var _ in copies.ReadShippedAsync(keys, Token))
            Assert.Fail("it was deleted");
    }

    private Task<EventLog> OpenAsync() => EventLog.OpenAsync(
        new EventLogOptions(volume.FullPath, SpoolMode.Process, 1L << 30), Store, TimeProvider.System, NullLogger.Instance, Token);

    private static void Append(EventLog log, int number) => Assert.Equal(
        Appended.Kept, log.Append(SomeEvents.Encode(SomeEvents.Payment(number)), out _));
}
