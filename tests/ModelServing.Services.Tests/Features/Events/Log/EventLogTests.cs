using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts;
using ModelServing.Features.Events.Log;
using ModelServing.Registry;
using ModelServing.Spool;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Features.Events.Log;

public sealed class EventLogTests : IDisposable
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

    [Theory]
    [InlineData(SpoolMode.Process)]
    [InlineData(SpoolMode.Disk)]
    public async Task Events_are_read_in_order_with_sequences_from_1(SpoolMode mode)
    {
        using var log = await OpenAsync(mode);
        Append(log, 1, 500);
        await log.OnDiskAsync();
        using var reader = log.Read(EventPosition.Start);
        await ReadAsync(reader, 1, 500);
        Append(log, 501, 10);
        await ReadAsync(reader, 501, 10);
        Assert.Equal((0, 0), (reader.Missing, reader.Unreadable));
    }

    [Fact]
    public async Task The_next_process_goes_on_after_the_last_event_without_a_gap()
    {
        for (var run = 0; run < 4; run++)
        {
            using var log = await OpenAsync();
            Assert.Equal(run * 100, log.LastSequence);
            Append(log, run * 100 + 1, 100);
            using var reader = log.Read(EventPosition.Start);
            await ReadAsync(reader, 1, (run + 1) * 100);
            // Two of them end as a killed process does: nothing is closed.
            if (run % 2 == 0)
                log.Close();
        }
    }

    [Fact]
    public async Task A_part_of_an_event_at_the_end_is_left_out_and_its_sequence_is_used_again()
    {
        using (var log = await OpenAsync())
            Append(log, 1, 10);
        var segment = volume.Combine(SpoolFormat.SegmentName(1));
        var bytes = await File.ReadAllBytesAsync(segment, Token);
        // The last event's checksum is wrong, as if the process had ended while it was copied.
        var end = Array.FindLastIndex(bytes, static b => b != 0);
        bytes[end] ^= 0xff;
        await File.WriteAllBytesAsync(segment, bytes, Token);
        using var next = await OpenAsync();
        Assert.Equal(9, next.LastSequence);
        Append(next, 10, 5);
        using var reader = next.Read(EventPosition.Start);
        await ReadAsync(reader, 1, 14);
        Assert.Equal(0, reader.Missing);
    }

    [Fact]
    public async Task Only_one_process_owns_the_log()
    {
        using var log = await OpenAsync();
        await Assert.ThrowsAsync<IOException>(() => OpenAsync());
    }

    [Fact]
    public async Task Ended_segments_are_shipped_as_they_are_and_read_from_there()
    {
        using (var log = await OpenAsync())
        {
            Append(log, 1, 50);
            log.Writer.Seal();
            Append(log, 51, 50);
            Assert.Equal(100, log.UnshippedEvents);
            await ShipAsync(log);
            Assert.Equal(50, log.UnshippedEvents);
            log.Close();
            await log.ShipAllAsync(Token);
            Assert.Equal(0, log.UnshippedEvents);
        }

        using var reader = EventLogReader.OfShipped(Store, scratch.FullPath, EventPosition.Start);
        await ReadAsync(reader, 1, 100);
        Assert.True(File.ReadAllBytes(bucket.Combine("events", "0000", "00000001.log")).AsSpan().SequenceEqual(
            File.ReadAllBytes(volume.Combine(SpoolFormat.SegmentName(1)))));
    }

    [Fact]
    public async Task A_reader_gets_deleted_segments_from_the_store_and_goes_on_with_the_volume()
    {
        using var log = await OpenAsync();
        using var early = log.Read(EventPosition.Start);
        for (var i = 0; i < 5; i++)
        {
            Append(log, i * 20 + 1, 20);
            if (i == 0)
                await ReadAsync(early, 1, 10);
            log.Writer.Seal();
        }

        Append(log, 101, 20);
        log.KeepFrom(log.End);
        await ShipAsync(log);
        Assert.False(File.Exists(volume.Combine(SpoolFormat.SegmentName(1))));
        using var reader = log.Read(EventPosition.Start);
        await ReadAsync(reader, 1, 120);
        // This one was in the middle of a segment that is gone.
        await ReadAsync(early, 11, 110);
        Assert.Equal((0, 0), (reader.Missing, early.Missing));
        Append(log, 121, 1);
        await ReadAsync(reader, 121, 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_place_after_a_sequence_is_found_in_its_segment(bool isShipped)
    {
        using var log = await OpenAsync();
        for (var i = 0; i < 6; i++)
        {
            Append(log, i * 20 + 1, 20);
            if (i < 5)
                log.Writer.Seal();
        }

        if (isShipped)
        {
            log.KeepFrom(log.End);
            await ShipAsync(log);
            Assert.Equal(6, log.FirstSegment);
        }

        for (var sequence = 0; sequence <= 120; sequence++)
        {
            var place = await log.FindPositionAsync(sequence, Token);
            Assert.Equal(Math.Min(sequence, 119) / 20 * 20 + 1, place.Next);
            using var reader = log.Read(place);
            await ReadAsync(reader, (int)place.Next, 121 - (int)place.Next);
            Assert.Null(await reader.ReadAsync(Token));
            Assert.Equal(0, reader.Missing);
        }
    }

    [Fact]
    public async Task The_place_after_a_sequence_is_found_across_epochs()
    {
        using (var log = await OpenAsync(boot: "first"))
            Append(log, 1, 10);
        using var next = await OpenAsync(boot: "second");
        Append(next, 11, 10, first: EventSequence.FirstOf(1));
        Assert.Equal(1, (await next.FindPositionAsync(10, Token)).Next);
        Assert.Equal(EventSequence.FirstOf(1), (await next.FindPositionAsync(EventSequence.FirstOf(1) - 1, Token)).Next);
        Assert.Equal(EventSequence.FirstOf(1), (await next.FindPositionAsync(EventSequence.FirstOf(1) + 9, Token)).Next);
    }

    [Fact]
    public async Task A_place_is_found_again_from_its_text()
    {
        using var log = await OpenAsync();
        Append(log, 1, 30);
        using var reader = log.Read(EventPosition.Start);
        for (var i = 0; i < 17; i++)
            await reader.ReadAsync(Token);
        var place = EventPosition.Parse(reader.Position.ToString());
        Assert.Equal(reader.Position, place);
        using var later = log.Read(place!.Value);
        await ReadAsync(later, 18, 13);
        Assert.Null(EventPosition.Parse("0 1 x 5"));
    }

    [Fact]
    public async Task A_lost_volume_loses_only_what_was_not_shipped_and_no_sequence_is_used_twice()
    {
        using (var log = await OpenAsync())
        {
            Append(log, 1, 40);
            log.Writer.Seal();
            await ShipAsync(log);
            Append(log, 41, 2);
        }

        Directory.Delete(volume.FullPath, recursive: true);
        using var next = await OpenAsync();
        Assert.Equal(1, next.Epoch);
        Assert.Equal(EventSequence.FirstOf(1) - 1, next.LastSequence);
        Assert.Equal(0, next.UnshippedEvents);
        Append(next, 1000, 3, first: EventSequence.FirstOf(1));
        Assert.Equal(3, next.UnshippedEvents);
        using var reader = next.Read(EventPosition.Start);
        await ReadAsync(reader, 1, 40);
        for (var i = 0; i < 3; i++)
            Assert.Equal(EventSequence.FirstOf(1) + i, (await reader.ReadAsync(Token))!.Value.Sequence);
        Assert.Null(await reader.ReadAsync(Token));
    }

    [Fact]
    public async Task After_the_end_of_the_machine_sequences_that_may_be_lost_are_not_used_again()
    {
        using (var log = await OpenAsync(boot: "first"))
            Append(log, 1, 10);
        using (var log = await OpenAsync(boot: "second"))
        {
            Assert.Equal(1, log.Epoch);
            Append(log, 11, 10, first: EventSequence.FirstOf(1));
            log.Close();
        }

        // A clean end is not one of the machine.
        using var last = await OpenAsync(boot: "third");
        Assert.Equal(1, last.Epoch);
        Assert.Equal(20, last.UnshippedEvents);
        using var reader = last.Read(EventPosition.Start);
        await ReadAsync(reader, 1, 10);
        for (var i = 0; i < 10; i++)
            Assert.Equal(EventSequence.FirstOf(1) + i, (await reader.ReadAsync(Token))!.Value.Sequence);
        await ShipAsync(last);
        Assert.Equal(0, last.UnshippedEvents);
        using var shipped = EventLogReader.OfShipped(Store, scratch.FullPath, EventPosition.Start);
        await ReadAsync(shipped, 1, 10);
        Assert.Equal(EventSequence.FirstOf(1), (await shipped.ReadAsync(Token))!.Value.Sequence);
    }

    [Fact]
    public async Task Events_of_an_earlier_epoch_that_are_not_shipped_are_counted_and_overdue()
    {
        using (var log = await OpenAsync(boot: "first"))
            Append(log, 1, 10);
        var options = Options() with { SealAfter = TimeSpan.FromMilliseconds(1) };
        using var next = await EventLog.OpenAsync(options, Store, TimeProvider.System, NullLogger.Instance, "second", Token);
        Assert.Equal((1, 10), (next.Epoch, next.UnshippedEvents));
        await Task.Delay(5, Token);
        Assert.True(next.Overdue > TimeSpan.Zero);
        await ShipAsync(next);
        Assert.Equal((0, TimeSpan.Zero), (next.UnshippedEvents, next.Overdue));
    }

    [Fact]
    public async Task An_end_is_not_clean_before_the_disk_has_the_segments_that_are_not_shipped()
    {
        using (var log = await OpenAsync(boot: "first"))
        {
            Append(log, 1, 10);
            log.Writer.Seal();
            Append(log, 11, 10);
            // A segment that can't be flushed.
            var segment = volume.Combine(SpoolFormat.SegmentName(1));
            File.Delete(segment);
            Directory.CreateDirectory(segment);
            Assert.ThrowsAny<SystemException>(log.Close);
            Directory.Delete(segment);
        }

        using var next = await OpenAsync(boot: "second");
        Assert.Equal(1, next.Epoch);
    }

    [Fact]
    public async Task The_last_shipping_waits_for_the_round_that_still_runs()
    {
        using var store = new SlowStore(Store);
        using var log = await EventLog.OpenAsync(Options(), store, TimeProvider.System, NullLogger.Instance, "boot", Token);
        Append(log, 1, 10);
        log.Writer.Seal();
        var round = log.ShipAsync(Token);
        await store.Began.WaitAsync(Token);
        log.Close();
        var last = log.ShipAllAsync(Token);
        store.Go.Release(2);
        await Task.WhenAll(round, last);
        Assert.Equal(1, store.Puts);
        Assert.Equal(0, log.UnshippedEvents);
    }

    [Fact]
    public async Task A_new_log_needs_the_object_store_and_a_known_one_does_not()
    {
        (await OpenAsync()).Dispose();
        using (var known = await EventLog.OpenAsync(Options(), new AbsentStore(), TimeProvider.System, NullLogger.Instance, "boot", Token))
        {
            Append(known, 1, 3);
            known.Writer.Seal();
            await Assert.ThrowsAsync<RegistryException>(() => known.ShipAsync(Token));
            Assert.NotNull(known.ShipFailure);
            Assert.Equal(3, known.UnshippedEvents);
        }

        Directory.Delete(volume.FullPath, recursive: true);
        await Assert.ThrowsAsync<RegistryException>(
            () => EventLog.OpenAsync(Options(), new AbsentStore(), TimeProvider.System, NullLogger.Instance, "boot", Token));
    }

    [Fact]
    public async Task A_full_log_refuses_events_until_segments_are_shipped()
    {
        using var log = await OpenAsync();
        var large = SomeEvents.Encode(SomeEvents.Payment(1)).Concat(new byte[10_000]).ToArray();
        var kept = 0;
        while (log.Append(large, out _) == Appended.Kept)
            kept++;
        Assert.InRange(kept, 1000, 10_000);
        Assert.NotNull(log.Failure);
        log.KeepFrom(log.End);
        await ShipAsync(log);
        Assert.Equal(Appended.Kept, log.Append(large, out var sequence));
        Assert.Equal(kept + 1, sequence);
    }

    [Fact]
    public async Task A_segment_is_ended_after_its_time()
    {
        using var log = await EventLog.OpenAsync(
            Options() with { SealAfter = TimeSpan.Zero }, Store, TimeProvider.System, NullLogger.Instance, "boot", Token);
        Append(log, 1, 3);
        await log.PrepareAsync(Token);
        await log.PrepareAsync(Token);
        Assert.Single(log.Writer.Sealed);
    }

    [Fact]
    public async Task Events_that_wait_longer_for_the_store_than_they_should_are_overdue()
    {
        var options = Options() with { SealAfter = TimeSpan.FromMilliseconds(1) };
        using (var log = await EventLog.OpenAsync(options, Store, TimeProvider.System, NullLogger.Instance, "boot", Token))
        {
            Assert.Equal(TimeSpan.Zero, log.Overdue);
            Append(log, 1, 3);
            while (log.Overdue == TimeSpan.Zero)
                await log.PrepareAsync(Token);
            var overdue = log.Overdue;
            await Task.Delay(5, Token);
            Assert.True(log.Overdue > overdue);
        }

        // Another process takes over the volume. It does not know when the events came.
        using var next = await EventLog.OpenAsync(options, Store, TimeProvider.System, NullLogger.Instance, "boot", Token);
        await Task.Delay(5, Token);
        Assert.True(next.Overdue > TimeSpan.Zero);
        while (next.UnshippedEvents > 0)
        {
            await next.PrepareAsync(Token);
            await ShipAsync(next);
        }

        Assert.Equal(TimeSpan.Zero, next.Overdue);
    }

    internal static async Task ReadAsync(EventLogReader reader, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            var read = Assert.NotNull(await reader.ReadAsync(Token));
            Assert.Equal((i, i.ToString(CultureInfo.InvariantCulture)), (read.Sequence, read.Event.Id));
        }
    }

    private EventLogOptions Options(SpoolMode mode = SpoolMode.Process) => new(volume.FullPath, mode, 64 * 1024 * 1024);

    private Task<EventLog> OpenAsync(SpoolMode mode = SpoolMode.Process, string boot = "boot") =>
        EventLog.OpenAsync(Options(mode), Store, TimeProvider.System, NullLogger.Instance, boot, Token);

    private static async Task ShipAsync(EventLog log) => await log.ShipAsync(Token);

    private static void Append(EventLog log, int firstId, int count, long? first = null)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(Appended.Kept, log.Append(SomeEvents.Encode(SomeEvents.Payment(firstId + i)), out var sequence));
            Assert.Equal((first ?? firstId) + i, sequence);
        }
    }
}
