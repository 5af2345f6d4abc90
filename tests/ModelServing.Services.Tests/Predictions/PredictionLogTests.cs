using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;
using ModelServing.Predictions.Shipping;
using ModelServing.Registry;
using ModelServing.Services.Tests.Functions.Listener;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Predictions;

public sealed class PredictionLogTests : IDisposable
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private readonly RecordedLog lines = new();

    private string Spool => folder.Combine("spool");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1, 16)]
    [InlineData(100, 1)]
    public async Task What_is_appended_arrives_and_the_spool_is_empty_after_a_drain(int rows, int concurrency)
    {
        var store = new MemoryPredictionStore(rows, concurrency);
        using (var log = Open(store))
        {
            await using var shipping = new Shipping(log);
            for (var i = 0; i < 1000; i++)
                Assert.True(log.TryAppend(SomeSpooledRecord.Record(i)));
            await log.DrainAsync(shipping.Limit);
            Assert.Equal(0, log.BacklogRecords);
            Assert.Equal((1000, 1000), (log.Counters.Recorded, log.Counters.Shipped));
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(static i => SomeSpooledRecord.Record(i)), store.Rows);
        Assert.Empty(Directory.EnumerateDirectories(Spool));
    }

    [Fact]
    public async Task A_later_process_ships_what_a_killed_one_left()
    {
        var away = new MemoryPredictionStore(1, 16) { Before = static _ => throw new PredictionStoreException("away") };
        using (var killed = Open(away))
        {
            for (var i = 0; i < 50; i++)
                killed.TryAppend(SomeSpooledRecord.Record(i));
            Assert.Equal(50, killed.BacklogRecords);
        }

        var store = new MemoryPredictionStore(10, 16);
        using var log = Open(store);
        await log.TakeOverAsync(CancellationToken.None).WaitAsync(Hang);
        Assert.Equal(Enumerable.Range(0, 50).Select(SomePredictions.Id), store.Ids);
        Assert.Single(Directory.EnumerateDirectories(Spool));
    }

    [Fact]
    public async Task A_restart_puts_again_only_what_may_be_missing()
    {
        var (puts, store) = (0, new MemoryPredictionStore(1, 16));
        store.Before = _ => Interlocked.Increment(ref puts) > 30 ? throw new PredictionStoreException("away") : Task.CompletedTask;
        using (var first = Open(store))
        {
            for (var i = 0; i < 50; i++)
                first.TryAppend(SomeSpooledRecord.Record(i));
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.ShipAsync(limit.Token));
        }

        puts = -1000;
        var before = store.Ids.Count;
        Assert.InRange(before, 15, 30);
        using var log = Open(store);
        await log.TakeOverAsync(CancellationToken.None).WaitAsync(Hang);
        Assert.Equal(50, store.Ids.Count);
        // In order up to the checkpoint; what was in flight beside it may be put again.
        Assert.InRange(puts + 1000, 50 - before, 50 - before + 16);
    }

    [Fact]
    public async Task A_store_that_refuses_for_a_while_gets_fewer_puts_and_then_all_records()
    {
        var until = Environment.TickCount64 + 1500;
        var store = new MemoryPredictionStore(1, 16)
        {
            Before = async _ =>
            {
                await Task.Delay(1);
                if (Environment.TickCount64 < until)
                    throw new PredictionStoreException(PredictionStoreError.Throttled, "too many");
            },
        };
        using var log = Open(store);
        await using var shipping = new Shipping(log);
        for (var i = 0; i < 500; i++)
            log.TryAppend(SomeSpooledRecord.Record(i));
        await log.DrainAsync(shipping.Limit);
        Assert.Equal(500, store.Ids.Count);
        Assert.True(log.Counters.Throttled > 0);
        Assert.Null(log.StoreFailure);
        // It speeds up again.
        Assert.InRange(store.MostInFlight, 2, store.MostConcurrency);
    }

    [Fact]
    public async Task A_record_that_the_store_never_takes_is_set_aside_with_the_reason_and_the_others_arrive()
    {
        var store = new MemoryPredictionStore(mostRows: 10, mostConcurrency: 1)
        {
            Before = static rows => rows.Any(static row => row.RequestId == SomePredictions.Id(7))
                ? throw new PredictionStoreException(PredictionStoreError.Refused, "the row is too large")
                : Task.CompletedTask,
        };
        using var log = Open(store);
        await using var shipping = new Shipping(log);
        for (var i = 0; i < 20; i++)
            log.TryAppend(SomeSpooledRecord.Record(i));
        await log.DrainAsync(shipping.Limit);
        Assert.Equal(Enumerable.Range(0, 20).Where(static i => i != 7).Select(SomePredictions.Id), store.Ids);
        Assert.Equal((1, 1), ((int)log.Counters.SetAside, log.CountAside()));
        var aside = Path.Combine(Spool, "aside", SomePredictions.Id(7) + "-1");
        Assert.Equal("the row is too large\n", await File.ReadAllTextAsync(aside + ".reason"));
        Assert.Equal(SomeSpooledRecord.Record(7), await File.ReadAllBytesAsync(aside + ".record"));
    }

    [Fact]
    public async Task Large_tensors_become_objects_and_the_row_keeps_their_digest_and_key()
    {
        var store = new MemoryPredictionStore(1, 16);
        var objects = RegistryLocation.Open("file:" + folder.Combine("objects"));
        using var log = Open(store, objects: objects);
        await using var shipping = new Shipping(log);
        var record = SomeSpooledRecord.Record(1, 1_000_000);
        log.TryAppend(record);
        await log.DrainAsync(shipping.Limit);
        var row = PredictionRecord.Parser.ParseFrom(Assert.Single(store.Rows));
        Assert.Equal("large", row.Inputs[0].Omitted);
        var data = PredictionRecord.Parser.ParseFrom(record).Inputs[0].Data.ToByteArray();
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(data), row.Inputs[0].Digest.ToByteArray());
        await using var stored = await objects.OpenAsync(ObjectKey.Parse(row.Inputs[0].Pointer), CancellationToken.None);
        using var read = new MemoryStream();
        await stored!.Content.CopyToAsync(read);
        Assert.Equal(data, read.ToArray());
        Assert.Equal((1, 0), (log.Counters.LargeObjects, log.Counters.LargeDigests));
        await UntilAsync(() => lines.Lines.Any(static line => line.Message.Contains("tensors become objects", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_objects_only_the_digests_of_large_tensors_are_kept_and_counted_once_whatever_fails()
    {
        var failures = 3;
        var store = new MemoryPredictionStore(1, 16)
        {
            Before = _ => Interlocked.Decrement(ref failures) >= 0 ? throw new PredictionStoreException("away") : Task.CompletedTask,
        };
        using var log = Open(store);
        await using var shipping = new Shipping(log);
        log.TryAppend(SomeSpooledRecord.Record(1, 1_000_000));
        // It fits into no record.
        log.TryAppend(SomeSpooledRecord.Write(2, RecordWriter.MostBytes));
        await log.DrainAsync(shipping.Limit);
        var rows = store.Rows.Select(static row => PredictionRecord.Parser.ParseFrom(row).Inputs[0]).ToList();
        Assert.Equal(["large", "large"], rows.Select(static tensor => tensor.Omitted));
        Assert.All(rows, static tensor => Assert.Equal((32, ""), (tensor.Digest.Length, tensor.Pointer)));
        Assert.Equal((0, 2), (log.Counters.LargeObjects, log.Counters.LargeDigests));
        await UntilAsync(() => lines.Lines.Any(static line => line.Message.Contains("only digests", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_full_spool_refuses_or_counts_as_the_settings_say(bool refuses)
    {
        using var log = Open(new MemoryPredictionStore(1, 16), refuses);
        var record = SomeSpooledRecord.Record(1, 1_000_000);
        for (var i = 0; i < 40; i++)
        {
            if (!log.TryAppend(record))
                break;
        }

        Assert.Equal(!refuses, log.TryAppend(record));
        Assert.Equal(refuses, log.IsRefusing);
        Assert.Equal(refuses, log.Counters.Lost(LostReason.Full) == 0);
        Assert.NotNull(log.SpoolFailure);
    }

    [Fact]
    public async Task A_spool_that_was_full_takes_records_again_when_the_store_works()
    {
        var isAway = true;
        var store = new MemoryPredictionStore(1, 16)
        {
            Before = _ => isAway ? throw new PredictionStoreException("away") : Task.CompletedTask,
        };
        using var log = Open(store, refuses: true);
        await using var shipping = new Shipping(log);
        var kept = 0;
        while (log.TryAppend(SomeSpooledRecord.Record(kept, 400_000)))
            kept++;
        Assert.True(log.IsRefusing);
        isAway = false;
        while (log.IsRefusing)
            await Task.Delay(20, shipping.Limit);
        Assert.True(log.TryAppend(SomeSpooledRecord.Record(kept, 400_000)));
        await log.DrainAsync(shipping.Limit);
        Assert.Equal(kept + 1, store.Ids.Count);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_created_loses_records_and_says_why_until_it_can()
    {
        await File.WriteAllTextAsync(Spool, "in the way");
        var store = new MemoryPredictionStore(1, 16);
        using var log = Open(store);
        Assert.True(log.TryAppend(SomeSpooledRecord.Record(1)));
        Assert.Equal(1, log.Counters.Lost(LostReason.Disk));
        Assert.NotNull(log.SpoolFailure);
        File.Delete(Spool);
        await using var shipping = new Shipping(log);
        while (log.SpoolFailure is not null)
            await Task.Delay(20, shipping.Limit);
        Assert.True(log.TryAppend(SomeSpooledRecord.Record(2)));
        await log.DrainAsync(shipping.Limit);
        Assert.Equal([SomePredictions.Id(2)], store.Ids);
    }

    [Fact]
    public async Task In_the_mode_disk_many_callers_wait_for_one_flush()
    {
        var store = new MemoryPredictionStore(1, 16);
        using var log = Open(store, mode: SpoolMode.Disk);
        await using var shipping = new Shipping(log);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            log.TryAppend(SomeSpooledRecord.Record(i));
            return await log.OnDiskAsync();
        }))).WaitAsync(Hang);
        Assert.All(answers, Assert.True);
        await log.DrainAsync(shipping.Limit);
        Assert.Equal(200, store.Ids.Count);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_loses_and_repeats_nothing_and_is_counted_once()
    {
        var (time, store) = (new ShiftedTime(), new MemoryPredictionStore(1, 16));
        using var log = Open(store, time: time);
        await using var shipping = new Shipping(log);
        log.TryAppend(SomeSpooledRecord.Record(1));
        while (store.Ids.Count == 0)
            await Task.Delay(10, shipping.Limit);
        Assert.Equal(0, log.Counters.ClockSetBacks);
        time.Shift = TimeSpan.FromHours(-5);
        log.TryAppend(SomeSpooledRecord.Record(2));
        Assert.True(log.BacklogAge >= TimeSpan.Zero);
        while (log.Counters.ClockSetBacks == 0)
            await Task.Delay(10, shipping.Limit);
        await log.DrainAsync(shipping.Limit);
        Assert.Equal([SomePredictions.Id(1), SomePredictions.Id(2)], store.Ids);
        Assert.Equal((1, 2), (log.Counters.ClockSetBacks, log.Counters.Shipped));
        Assert.Single(lines.Lines, static line => line.Message.StartsWith("The clock was set back by 18000 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_the_store_is_back_no_record_waits_for_its_own_pause()
    {
        var (time, isAway) = (new SteppedTime(), true);
        var store = new MemoryPredictionStore(1, 16)
        {
            Before = _ => Volatile.Read(ref isAway) ? throw new PredictionStoreException("away") : Task.CompletedTask,
        };
        using var log = Open(store, time: time);
        for (var i = 0; i < 100; i++)
            log.TryAppend(SomeSpooledRecord.Record(i));
        using var limit = new CancellationTokenSource(Hang);
        var shipping = log.ShipAsync(limit.Token);
        await PauseAsync(() => log.Counters.Unavailable >= 20);
        Volatile.Write(ref isAway, false);
        await PauseAsync(() => store.Ids.Count > 0);
        // The clock does not move any more.
        while (store.Ids.Count < 100)
            await Task.Delay(10, limit.Token);
        Assert.InRange(log.Counters.Unavailable, 20, 25);
        await PauseAsync(() => shipping.IsCompleted);

        async Task PauseAsync(Func<bool> condition)
        {
            while (!condition())
            {
                await Task.Delay(10, limit.Token);
                time.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    [Fact]
    public async Task A_damaged_part_of_a_spool_is_lost_and_set_aside_and_the_log_says_so()
    {
        SomeEndedSpool.Write(Spool, records: 3);
        SomeEndedSpool.Damage(Spool, record: 1);
        var store = new MemoryPredictionStore(1, 16);
        using var log = Open(store);
        await log.TakeOverAsync(CancellationToken.None).WaitAsync(Hang);
        Assert.Equal([SomePredictions.Id(0), SomePredictions.Id(2)], store.Ids);
        Assert.Equal(
            (1, 1, 1, 0),
            (log.Counters.Lost(LostReason.Damaged), log.Counters.SetAside, log.CountAside(), log.Counters.TornBytes));
        Assert.Matches("is damaged after its record 1; records that are lost: 1; their bytes lie aside as damaged-", Line("is damaged"));
        var bytes = await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(Path.Combine(Spool, "aside"), "damaged-*.record")));
        Assert.True(bytes.AsSpan().IndexOf(SomeSpooledRecord.Record(1).AsSpan(50)) > 0);
    }

    [Fact]
    public async Task The_tail_that_a_killed_process_left_is_counted_and_the_log_says_so()
    {
        SomeEndedSpool.Write(Spool, records: 3);
        SomeEndedSpool.Tear(Spool, record: 2);
        var store = new MemoryPredictionStore(1, 16);
        using var log = Open(store);
        await log.TakeOverAsync(CancellationToken.None).WaitAsync(Hang);
        Assert.Equal([SomePredictions.Id(0), SomePredictions.Id(1)], store.Ids);
        Assert.Equal((0, 0), (log.Counters.Lost(LostReason.Damaged), log.CountAside()));
        Assert.InRange(log.Counters.TornBytes, 1, 300);
        Assert.Matches($"The tail of the spool .*, {log.Counters.TornBytes} bytes, is cut off", Line("The tail"));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Hang);
        while (!condition())
            await Task.Delay(10, limit.Token);
    }

    private string Line(string text) => Assert.Single(
        lines.Lines, line => line.Message.Contains(text, StringComparison.Ordinal)).Message;

    private PredictionLog Open(
        IPredictionStore store,
        bool refuses = false,
        IObjectStore? objects = null,
        SpoolMode mode = SpoolMode.Process,
        TimeProvider? time = null) => new(
        new PredictionLogSettings
        {
            Store = "memory:",
            Spool = Spool,
            Mode = mode,
            RefuseWhenFull = refuses,
            SpoolBytes = PredictionLogSettings.LeastSpoolBytes,
        },
        store,
        objects,
        time ?? TimeProvider.System,
        new Logger<PredictionLog>(lines));

    /// <summary>Runs the log's loops.</summary>
    private sealed class Shipping : IAsyncDisposable
    {
        private readonly CancellationTokenSource stopping = new(Hang);
        private readonly Task loops;

        internal Shipping(PredictionLog log) => loops = Task.WhenAll(RunAsync(log.PrepareAsync), RunAsync(log.ShipAsync));

        internal CancellationToken Limit => stopping.Token;

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            await loops;
            stopping.Dispose();
        }

        private async Task RunAsync(Func<CancellationToken, Task> round)
        {
            while (!stopping.IsCancellationRequested)
            {
                try
                {
                    await round(stopping.Token);
                }
                catch (OperationCanceledException) when (stopping.IsCancellationRequested)
                {
                }
            }
        }
    }
}
