using System.Globalization;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CsCheck;
using ModelServing.Features;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Features.Engine.Plan;
using ModelServing.Features.Engine.Scan;
using ModelServing.Features.Events;

namespace ModelServing.Services.Tests.Features.Engine;

/// <summary>One pass over an encoded state gives what decoding it first gives.</summary>
public class StateScanTests
{
    private const double Amount = 12.34;

    [Fact]
    public void The_values_have_the_bits_of_the_decoded_state() =>
        Gen.Select(SomeViews.All, SomeEvents.InAnyOrder, Gen.Long[-7200, 14400].Array[1, 6]).Sample((definition, events, times) =>
        {
            var engine = new FeatureEngine(definition);
            var (bytes, newest) = Encode(engine, events);
            foreach (var time in times)
                AreEqual(engine, bytes, newest + (time * SomeEvents.Second));
        });

    [Fact]
    public void Sets_of_many_values_have_the_bits_of_the_decoded_state()
    {
        var engine = new FeatureEngine(SomeViews.Everything);
        const long start = 1_764_288_000 * SomeEvents.Second;
        // Tiles with a few values, whose sketches are lists, and tiles with many, whose sketches are arrays.
        var events = Enumerable.Range(0, 3000).Select(i => SomeEvents.Create(
            SomeViews.Payments,
            $"e{i}",
            start + ((i < 20 ? i : i / 1000) * 61 * SomeEvents.Second),
            new EventField("items", FieldValue.FromInt64(i * 7919)),
            new EventField("category", FieldValue.FromString($"c{i}")))).ToArray();
        var (bytes, newest) = Encode(engine, events);
        Assert.InRange(bytes.Length, 4000, engine.MaxStateBytes);
        for (var seconds = -1200; seconds < 1200; seconds += 20)
            AreEqual(engine, bytes, newest + (seconds * SomeEvents.Second));
    }

    // Otherwise a scan that refuses good bytes would only be slow, because they are decoded then.
    [Fact]
    public void What_an_engine_encodes_is_not_decoded() =>
        Gen.Select(SomeViews.All, SomeEvents.InAnyOrder, Gen.Long[-7200, 14400]).Sample((definition, events, after) =>
        {
            var engine = new FeatureEngine(definition);
            var (bytes, newest) = Encode(engine, events);
            var plan = new EnginePlan(definition);
            var time = new Instant(Math.Max(0, newest + (after * SomeEvents.Second)));
            var head = StateScan.Read(plan, bytes, bytes.AsSpan(1, 8), time, new ScanMemory(plan));
            Assert.Equal(engine.Decode(bytes).Sequence, head.Sequence);
        });

    [Fact]
    public void A_view_may_have_more_columns_than_get_code_of_their_own() =>
        Gen.Select(SomeEvents.InAnyOrder, Gen.Long[-7200, 14400].Array[1, 6]).Sample((events, times) =>
        {
            var windows = SomeViews.Everything.Features.OfType<WindowFeature>().ToList();
            var more = windows.Where(static window => window.Source == SomeViews.Payments)
                .Select(static window => window with { Where = "items > 0" });
            var plan = new EnginePlan(SomeViews.Create([.. windows, .. more], 3600, 64, 3600));
            var engine = new FeatureEngine(plan.Definition);
            var (bytes, newest) = Encode(engine, events);
            // It is not decoded.
            _ = StateScan.Read(plan, bytes, bytes.AsSpan(1, 8), new Instant(newest), new ScanMemory(plan));
            foreach (var time in times)
                AreEqual(engine, bytes, newest + (time * SomeEvents.Second));
        });

    [Fact]
    public void Sets_of_many_tiles_have_the_bits_of_the_decoded_state()
    {
        // Three windows, of which the longest has more tiles than lists are kept of at once.
        var wide = SomeViews.Everything.Features.OfType<WindowFeature>().Last() with { Delay = TimeSpan.Zero };
        var engine = new FeatureEngine(SomeViews.Create([Window(500), Window(400), Window(3)], 3600, 64, 3600));
        const long start = 1_764_288_000 * SomeEvents.Second;
        var events = Enumerable.Range(0, 700).Select(i => SomeEvents.Create(
            SomeViews.Payments,
            $"e{i}",
            start + (i * 50 * SomeEvents.Second),
            new EventField("items", FieldValue.FromInt64(i * i % 500))));
        var (bytes, newest) = Encode(engine, events);
        for (var minutes = -20; minutes < 520; minutes += 13)
            AreEqual(engine, bytes, newest + (minutes * 60 * SomeEvents.Second));

        WindowFeature Window(int minutes) => wide with { Window = TimeSpan.FromMinutes(minutes) };
    }

    [Fact]
    public void Damaged_bytes_are_refused_for_the_same_reason_and_leave_nothing_behind() => Gen.Select(
        SomeViews.All, SomeEvents.InAnyOrder, Gen.Select(Gen.Int[0, 5000], Gen.Byte).Array[0, 4], Gen.Int[0, 5000], Gen.Byte.Array[0, 6])
        .Sample((definition, events, changes, length, more) =>
        {
            var engine = new FeatureEngine(definition);
            var (bytes, newest) = Encode(engine, events);
            byte[] damaged = [.. bytes];
            foreach (var (at, value) in changes)
                damaged[at % damaged.Length] = value;
            damaged = [.. damaged.Take(length % 3 == 0 ? length % damaged.Length : damaged.Length), .. more];
            AreEqual(engine, damaged, newest);
            AreEqual(engine, bytes, newest);
        });

    [Theory]
    [InlineData(60, true)]
    [InlineData(1, true)]
    [InlineData(60, false)]
    public void Each_byte_that_is_wrong_or_missing_is_found_as_decoding_finds_it(int latenessMinutes, bool hasLatest)
    {
        var windows = SomeViews.Everything.Features.OfType<WindowFeature>()
            .Where(window => hasLatest || window.Aggregation != Aggregation.Last);
        var engine = new FeatureEngine(SomeViews.Create([.. windows], latenessMinutes * 60, 256, 3600));
        var (bytes, newest) = Encode(engine, Enumerable.Range(0, 30).Select(static i => SomeEvents.Create(
            i % 4 == 0 ? SomeViews.Refunds : SomeViews.Payments,
            $"e{i}",
            (1_764_288_000 + (i * i)) * SomeEvents.Second,
            new EventField("amount", FieldValue.FromDecimal(i * 9_777_777, 2)),
            new EventField("items", FieldValue.FromInt64(i % 7 == 0 ? i * 200_000_000_000_000_000 : i * 90)),
            new EventField("online", FieldValue.FromBool(i % 3 == 0)),
            new EventField("category", FieldValue.FromString($"c{i}")))));
        for (var i = 0; i < bytes.Length; i++)
        {
            AreEqual(engine, bytes[..i], newest);
            foreach (var value in (int[])[0, 1, 2, 0x7F, 0x80, 0xFF, bytes[i] ^ 1, bytes[i] ^ 0x80])
            {
                byte[] damaged = [.. bytes];
                damaged[i] = (byte)value;
                AreEqual(engine, damaged, newest);
            }
        }
    }

    // The sketch of a tile is a list that is copied at once up to eight items, and one that is read item by item above that.
    [Fact]
    public void Sets_of_each_small_size_have_the_bits_of_the_decoded_state()
    {
        var plan = new EnginePlan(SomeViews.Create([Distinct(12), Distinct(3)], 3600, 64, 3600));
        var engine = new FeatureEngine(plan.Definition);
        for (var size = 1; size <= 12; size++)
        {
            var (bytes, newest) = Encode(engine, Enumerable.Range(0, 3 * size).Select(i => Item(i / size * 60, i * 7919, $"e{i}")));
            // Otherwise it would be decoded, which is right too, but slow.
            _ = StateScan.Read(plan, bytes, bytes.AsSpan(1, 8), new Instant(newest), new ScanMemory(plan));
            for (var seconds = -240; seconds < 900; seconds += 60)
                AreEqual(engine, bytes, newest + (seconds * SomeEvents.Second));
        }
    }

    [Fact]
    public void Each_value_of_each_byte_of_a_set_is_judged_as_decoding_judges_it()
    {
        var engine = new FeatureEngine(SomeViews.Create([Distinct(12)], 3600, 64, 3600));
        // These registers begin with the same byte, so one wrong byte makes two of them equal, or changes their order.
        var items = Enumerable.Range(0, 5000).GroupBy(static item => RegisterOf(item) >> 2)
            .Select(static near => near.DistinctBy(RegisterOf).Take(3).ToList())
            .First(static near => near.Count == 3);
        var (bytes, newest) = Encode(engine, items.Select(static (item, i) => Item(0, item, $"e{i}")));
        for (var i = bytes.Length - (3 * sizeof(ushort)); i < bytes.Length; i++)
        {
            for (var value = 0; value <= byte.MaxValue; value++)
            {
                byte[] changed = [.. bytes];
                changed[i] = (byte)value;
                AreEqual(engine, changed, newest);
            }
        }

        static int RegisterOf(int item) => (int)(XxHash64.HashToUInt64(BitConverter.GetBytes((long)item)) >> 54);
    }

    [Fact]
    public void A_latest_event_that_is_not_in_its_tile_is_refused()
    {
        var last = SomeViews.Everything.Features.OfType<WindowFeature>().Last(static window => window.Aggregation == Aggregation.Last);
        var engine = new FeatureEngine(SomeViews.Create([last with { Where = null, Delay = TimeSpan.Zero }], 3600, 64, 3600));
        const long Hop = 60 * SomeEvents.Second;
        var item = new EventField("items", FieldValue.FromInt64(5));
        var time = (1_764_288_000 * SomeEvents.Second) + Hop - 1;
        var (bytes, newest) = Encode(engine, [SomeEvents.Create(SomeViews.Payments, "e", time, item)]);
        var (inside, behind) = (Varint(Hop - 1), Varint(Hop));
        var at = bytes.AsSpan().IndexOf(inside);
        Assert.True(at > 0 && bytes.AsSpan(at + 1).IndexOf(inside) < 0);
        AreEqual(engine, bytes, newest);
        AreEqual(engine, [.. bytes[..at], .. behind, .. bytes[(at + behind.Length)..]], newest);

        static byte[] Varint(long value) =>
            [.. Enumerable.Range(0, 4).Select(i => (byte)(((uint)value >> (7 * i) & 0x7F) | (i < 3 ? 0x80u : 0)))];
    }

    // Otherwise the scan would read what is behind the array, which no value shows.
    [Fact]
    public void A_copy_has_room_for_a_tile_behind_it()
    {
        var plan = new EnginePlan(SomeViews.Everything);
        var memory = new ScanMemory(plan);
        var most = (2 * (100 + plan.Scan.MaxTileBytes)) - plan.Scan.MaxTileBytes;
        ref var first = ref MemoryMarshal.GetReference(memory.Copy(new byte[100]));
        Assert.True(Unsafe.AreSame(ref first, ref MemoryMarshal.GetReference(memory.Copy(new byte[most]))));
        Assert.False(Unsafe.AreSame(ref first, ref MemoryMarshal.GetReference(memory.Copy(new byte[most + 1]))));
        var columns = plan.Groups[0].CreateColumns();
        Assert.InRange(plan.Scan.MaxTileBytes, 10 + columns.Sum(static column => column.MaxBytes), int.MaxValue);
    }

    [Fact]
    public void A_scan_ends_at_the_first_tile_that_passes_the_end()
    {
        var plan = new EnginePlan(SomeViews.Create([Distinct(12)], 3600, 64, 3600));
        var engine = new FeatureEngine(plan.Definition);
        var (bytes, newest) = Encode(engine, Enumerable.Range(0, 5).Select(static i => Item(i * 60, i, $"e{i}")));
        var memory = new ScanMemory(plan);
        var reader = new StateReader(bytes);
        StateCodec.ReadHead(plan, bytes.AsSpan(1, 8), ref reader);
        memory.Tail.Read(newest - plan.Lateness, newest, ref reader);
        var tiles = bytes[^reader.Remaining..];
        Assert.Equal(5, tiles[0]);
        Assert.True(IsRead(tiles.Length));
        // The bytes of the last tile are there, but belong to something else.
        Assert.False(IsRead(tiles.Length - 1));

        bool IsRead(int length)
        {
            var group = plan.Scan.Groups[0];
            memory.FindFrames(group, newest, newest - plan.Lateness);
            ref var begin = ref MemoryMarshal.GetReference(memory.Copy(tiles));
            try
            {
                ref var end = ref Unsafe.Add(ref begin, length);
                _ = group.Tiles.Read(ref Unsafe.Add(ref begin, 1), ref end, 5, (0, long.MaxValue / 2), group, memory);
                return true;
            }
            catch (FeatureStateException)
            {
                return false;
            }
            finally
            {
                memory.Clear();
            }
        }
    }

    [Fact]
    public void A_scan_that_ended_early_leaves_nothing_behind()
    {
        var plan = new EnginePlan(SomeViews.Create([Distinct(12)], 3600, 64, 3600));
        var engine = new FeatureEngine(plan.Definition);
        var (bytes, newest) = Encode(engine, Enumerable.Range(0, 5).Select(static i => Item(i * 60, i, $"e{i}")));
        // The rank of the last item.
        bytes[^1] &= 0xC0;
        var memory = new ScanMemory(plan);
        Assert.Throws<FeatureStateException>(
            () => StateScan.Read(plan, bytes, bytes.AsSpan(1, 8), new Instant(newest), memory));
        Assert.Equal(4, memory.Lists[0]!.Items.Length);
        memory.Clear();
        Assert.Equal(0, memory.Lists[0]!.Items.Length);
        Assert.Equal(0, memory.Unions[0].Estimate());
    }

    [Fact]
    public async Task Readers_on_many_threads_share_no_memory()
    {
        var engine = new FeatureEngine(SomeViews.Create([Distinct(12), Distinct(3)], 3600, 64, 3600));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Factory.StartNew(
            () =>
            {
                var (bytes, newest) = Encode(
                    engine, Enumerable.Range(0, 60).Select(i => Item(i * 10, (thread * 1000) + (i % (thread + 3)), $"e{i}")));
                var (expected, actual) = (new FeatureValue[engine.Outputs.Count], new FeatureValue[engine.Outputs.Count]);
                engine.Finalise(engine.Decode(bytes), new Instant(newest), [Amount], expected);
                for (var i = 0; i < 5000; i++)
                {
                    engine.Read(bytes, new Instant(newest), [Amount], actual);
                    Assert.Equal(expected, actual);
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    [Fact]
    public void An_entity_without_a_state_has_the_defaults()
    {
        var engine = new FeatureEngine(SomeViews.Everything);
        var (expected, actual) = (new FeatureValue[engine.Outputs.Count], new FeatureValue[engine.Outputs.Count]);
        engine.Finalise(null, new Instant(5), [Amount], expected);
        Assert.Equal(new StateHead(0, FeatureStatus.Missing), engine.Read([], new Instant(5), [Amount], actual));
        Assert.Equal(expected, actual);
    }

    private static WindowFeature Distinct(int minutes) =>
        SomeViews.Everything.Features.OfType<WindowFeature>().Last() with { Delay = TimeSpan.Zero, Window = TimeSpan.FromMinutes(minutes) };

    private static FeatureEvent Item(int seconds, int item, string id) => SomeEvents.Create(
        SomeViews.Payments,
        id,
        (1_764_288_000 + seconds) * SomeEvents.Second,
        new EventField("items", FieldValue.FromInt64(item)));

    private static (byte[] Bytes, long Newest) Encode(FeatureEngine engine, IEnumerable<FeatureEvent> events)
    {
        var (state, sequence) = (engine.CreateState(), 0L);
        foreach (var one in events)
            engine.Apply(state, one, ++sequence);
        return (engine.Encode(state), state.Watermark?.Microseconds ?? 0);
    }

    private static void AreEqual(FeatureEngine engine, byte[] bytes, long time)
    {
        var at = new Instant(Math.Max(0, time));
        var decoded = Text(engine, values =>
        {
            var state = engine.Decode(bytes);
            engine.Finalise(state, at, [Amount], values);
            return new StateHead(state.Sequence, engine.StatusAt(state, at));
        });
        // Empty bytes are the state of an entity without events here, and damaged there.
        if (bytes.Length > 0)
            Assert.Equal(decoded, Text(engine, values => engine.Read(bytes, at, [Amount], values)));
    }

    private static string Text(FeatureEngine engine, Func<FeatureValue[], StateHead> read)
    {
        var values = new FeatureValue[engine.Outputs.Count];
        try
        {
            var head = read(values);
            return $"{head} {string.Join(' ', values.Select(static value =>
                $"{value.Status} {value.Type} {value.Bits.ToString("x", CultureInfo.InvariantCulture)}"))}";
        }
        catch (FeatureStateException e)
        {
            return e.Message;
        }
    }
}
