using CsCheck;
using ModelServing.Features;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Services.Tests.Compatibility;

namespace ModelServing.Services.Tests.Features.Engine;

/// <summary>What holds for every view and every sequence of events.</summary>
public class FeatureEngineTests
{
    private const double Amount = 12.34;

    [Fact]
    public void Any_order_of_events_within_the_lateness_gives_the_same_state_and_values() =>
        Gen.Select(SomeViews.All, SomeEvents.WithArrivals, Gen.Long[0, 7200 * SomeEvents.Second]).Sample((definition, all, after) =>
        {
            // With room for all, because a state that must forget events forgets those that it got first.
            var engine = new FeatureEngine(definition with { Tail = 64 });
            var lateness = definition.Lateness.TotalMicroseconds;
            var first = ApplyAll(engine, InOrder(static one => one.First));
            var second = ApplyAll(engine, InOrder(static one => one.Second));
            Assert.Equal(all.Length, first.Sequence);
            Assert.Equal(engine.Encode(first), engine.Encode(second));
            var time = new Instant((first.Watermark?.Microseconds ?? 0) + after);
            Assert.Equal(Read(engine, first, time), Read(engine, second, time));

            IEnumerable<FeatureEvent> InOrder(Func<(FeatureEvent Event, double First, double Second), double> share) =>
                all.OrderBy(one => one.Event.Time.Microseconds + (lateness * share(one))).Select(static one => one.Event);
        });

    [Fact]
    public void A_value_at_any_time_is_that_of_the_plain_list_of_events() =>
        Gen.Select(SomeViews.All, SomeEvents.InAnyOrder, Gen.Long[-7200, 14400].Array[1, 8]).Sample((definition, events, times) =>
        {
            var engine = new FeatureEngine(definition);
            var reference = new BruteForce(definition);
            var state = engine.CreateState();
            for (var i = 0; i < events.Length; i++)
            {
                Assert.Equal(reference.Apply(events[i]), engine.Apply(state, events[i], i + 1));
                var time = Math.Max(0, (reference.Newest ?? 0) + (times[i % times.Length] * SomeEvents.Second));
                Assert.Equal(reference.Read(time, Amount), Read(engine, state, new Instant(time)));
            }

            foreach (var time in times.Select(time => Math.Max(0, (reference.Newest ?? 0) + (time * SomeEvents.Second))))
                Assert.Equal(reference.Read(time, Amount), Read(engine, state, new Instant(time)));
        });

    [Fact]
    public void A_replay_up_to_a_sequence_gives_the_state_that_was_stored_then_bit_for_bit() =>
        Gen.Select(SomeViews.All, SomeEvents.InAnyOrder, Gen.Int[0, 60]).Sample((definition, events, until) =>
        {
            var engine = new FeatureEngine(definition);
            var stored = new List<byte[]> { engine.Encode(engine.CreateState()) };
            for (var i = 0; i < events.Length; i++)
            {
                // As the store does it: read, apply, write.
                var state = engine.Decode(stored[^1]);
                engine.Apply(state, events[i], i + 1);
                stored.Add(engine.Encode(state));
            }

            var length = Math.Min(until, events.Length);
            var online = engine.Decode(stored[length]);
            var offline = ApplyAll(engine, events.Take(length));
            Assert.Equal(stored[length], engine.Encode(offline));
            var time = new Instant(online.Watermark?.Microseconds ?? 0);
            Assert.Equal(Read(engine, online, time), Read(engine, offline, time));
        });

    [Fact]
    public void Applying_events_again_changes_nothing() =>
        Gen.Select(SomeViews.All, SomeEvents.InAnyOrder).Sample((definition, events) =>
        {
            var engine = new FeatureEngine(definition);
            var state = ApplyAll(engine, events);
            var before = engine.Encode(state);
            for (var i = 0; i < events.Length; i++)
            {
                var isSeen = i < state.Sequence;
                Assert.Equal(isSeen, engine.Apply(state, events[i], i + 1) == ApplyOutcome.AlreadyApplied);
            }

            // The same log again under new positions: an event is in the tail, or it is too old. Those with the identifier of another are
            // left out, because only the newest of them may be remembered.
            foreach (var one in events.Where(one => events.Count(other => other.Key == one.Key) == 1))
                Assert.NotEqual(ApplyOutcome.Applied, engine.Apply(state, one, 1000));
            Assert.Equal(before, engine.Encode(state));
        });

    [Fact]
    public void A_state_has_one_binary_form() => Gen.Select(SomeViews.All, SomeEvents.InAnyOrder).Sample((definition, events) =>
    {
        var engine = new FeatureEngine(definition);
        var state = ApplyAll(engine, events);
        var bytes = engine.Encode(state);
        var decoded = engine.Decode(bytes);
        Assert.Equal((state.Sequence, state.Watermark), (decoded.Sequence, decoded.Watermark));
        Assert.Equal(bytes, engine.Encode(decoded));

        // Memory of another state of the view leaves nothing behind.
        var reused = engine.Decode(bytes, ApplyAll(engine, events.Take(events.Length / 2)));
        Assert.Equal(bytes, engine.Encode(reused));
        var emptied = engine.Decode(engine.Encode(engine.CreateState()), reused);
        for (var i = 0; i < events.Length; i++)
            engine.Apply(emptied, events[i], i + 1);
        Assert.Equal(bytes, engine.Encode(emptied));
        Assert.Equal(bytes, engine.Encode(engine.Decode(bytes, engine.Decode(engine.Encode(engine.CreateState()), emptied))));
    });

    [Fact]
    public void Damaged_bytes_are_refused_or_are_another_state() => Gen.Select(
        SomeViews.All, SomeEvents.InAnyOrder, Gen.Select(Gen.Int[0, 5000], Gen.Byte).Array[0, 4], Gen.Int[0, 5000], Gen.Byte.Array[0, 6])
        .Sample((definition, events, changes, length, more) =>
        {
            var engine = new FeatureEngine(definition);
            var bytes = engine.Encode(ApplyAll(engine, events));
            foreach (var (at, value) in changes)
                bytes[at % bytes.Length] = value;
            bytes = [.. bytes.Take(length % 3 == 0 ? length % bytes.Length : bytes.Length), .. more];
            EntityState state;
            try
            {
                state = engine.Decode(bytes);
            }
            catch (FeatureStateException)
            {
                return;
            }

            // The former format is not written any more.
            if (bytes[0] != 1)
                Assert.Equal(bytes, engine.Encode(state));
            Read(engine, state, new Instant((state.Watermark?.Microseconds ?? 0) + SomeEvents.Second));
            if (state.Sequence < long.MaxValue)
                engine.Apply(state, SomeEvents.Create(SomeViews.Payments, "new", state.Watermark?.Microseconds ?? 0), state.Sequence + 1);
            Assert.True(engine.Encode(state).Length <= engine.MaxStateBytes);
        });

    [Fact]
    public void Garbage_is_refused() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        var engine = new FeatureEngine(SomeViews.Everything);
        Assert.Throws<FeatureStateException>(() => engine.Decode(bytes));
    });

    [Fact]
    public void A_state_is_never_larger_than_its_limit() =>
        Gen.Select(SomeViews.All, Gen.Int[1, 100], Gen.Long[1, 180 * SomeEvents.Second], Gen.Int).Sample((definition, burst, step, seed) =>
        {
            var engine = new FeatureEngine(definition);
            var state = engine.CreateState();
            for (var i = 0; i < 400; i++)
            {
                // Large numbers, many values, a time that runs ahead of the lateness, and events before it.
                var time = (1_764_288_000 * SomeEvents.Second) + (i / burst * burst * step) - (i % 7 * 20 * SomeEvents.Second);
                engine.Apply(state, SomeEvents.Create(
                    i % 5 == 0 ? SomeViews.Refunds : SomeViews.Payments,
                    $"{seed}-{i}",
                    time,
                    new EventField("amount", FieldValue.FromDecimal(long.MaxValue - i, 2)),
                    new EventField("items", FieldValue.FromInt64(long.MinValue + (i * 7919))),
                    new EventField("online", FieldValue.FromBool(true)),
                    new EventField("category", FieldValue.FromString($"c{i}"))), i + 1);
                Assert.True(engine.Encode(state).Length <= engine.MaxStateBytes);
            }
        }, iter: 50);

    [Fact]
    public void The_bits_of_states_and_values_belong_to_the_version_of_the_engine()
    {
        // If this test fails, an engine of the same version has other values (raise FeatureEngine.Version) or other states (raise the
        // format, and read the former one).
        var engine = new FeatureEngine(SomeViews.Everything);
        var state = engine.CreateState();
        for (var i = 0; i < 100; i++)
        {
            engine.Apply(state, SomeEvents.Create(
                i % 4 == 0 ? SomeViews.Refunds : SomeViews.Payments,
                $"e{i}",
                (1_764_288_000 + (i * 37 % 900)) * SomeEvents.Second,
                new EventField("amount", FieldValue.FromDecimal(i * 977, 2)),
                new EventField("items", FieldValue.FromInt64(i * i)),
                new EventField("online", FieldValue.FromBool(i % 3 == 0)),
                new EventField("category", FieldValue.FromString(i % 2 == 0 ? "food" : "fuel"))), i + 1);
        }

        var bytes = engine.Encode(state);
        var values = Read(engine, state, new Instant((1_764_288_000 + 900) * SomeEvents.Second));
        Assert.Equal(1, FeatureEngine.Version);
        Assert.Equal("84ee91bceb98e5e09e1a51df353d6ec3", System.IO.Hashing.XxHash128.HashToUInt128(bytes).ToString("x32"));
        Assert.Equal(
            "3a 20 13 40dc0810a3d70a3d 40ef8d8000000000 40c0de570a3d70a4 407f2451eb851eb8 3fd611a7b9611a7c 40486ccccccccccd 24c1 " +
                "4069a570a3d70a3d 8a1 2 3a 3ff0000000000000 3ff36775955cddc0",
            string.Join(' ', values.Select(static value => value.Bits.ToString("x", System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Fact]
    public void A_state_of_the_former_format_is_read_and_written_in_this_one()
    {
        var engine = new FeatureEngine(SomeViews.Everything with { Lateness = TimeSpan.FromMinutes(2) });
        const long start = 1_764_288_000;
        var events = Enumerable.Range(0, 60).Select(static i => SomeEvents.Create(
            i % 4 == 0 ? SomeViews.Refunds : SomeViews.Payments,
            $"e{i}",
            (start + (i * 9)) * SomeEvents.Second,
            new EventField("amount", FieldValue.FromDecimal(i * 977, 2)),
            new EventField("items", FieldValue.FromInt64(i * i)),
            new EventField("online", FieldValue.FromBool(i % 3 == 0)),
            new EventField("category", FieldValue.FromString(i % 2 == 0 ? "food" : "fuel"))));
        var (former, today) = (RecordedDocuments.Read("feature-state-1"), engine.Encode(ApplyAll(engine, events)));
        Assert.Equal((1, 2), (former[0], today[0]));

        var time = new Instant((start + 600) * SomeEvents.Second);
        var values = Read(engine, engine.Decode(former), time);
        Assert.Equal(
            "2d 19 e 40c9c2c000000000 40d17d8000000000 40b0076666666666 407251999999999a 3fd5555555555555 40238a3d70a3d70a d99 " +
                "4081671eb851eb85 d99 2 2e 3fef4de9bd37a6f5 3ff46336d7447e85",
            string.Join(' ', values.Select(static value => value.Bits.ToString("x", System.Globalization.CultureInfo.InvariantCulture))));
        Assert.Equal(values, Read(engine, engine.Decode(today), time));
        foreach (var state in (byte[][])[former, today])
        {
            var scanned = new FeatureValue[engine.Outputs.Count];
            engine.Read(state, time, [Amount], scanned);
            Assert.Equal(values, scanned);
        }

        Assert.Equal(today, engine.Encode(engine.Decode(former)));
        // Two latest values in each tile to which no event can be added any more.
        Assert.InRange(former.Length - today.Length, 16 * 2 * 5, int.MaxValue);
    }

    [Fact]
    public void A_state_of_another_format_is_refused()
    {
        var engine = new FeatureEngine(SomeViews.Everything);
        var bytes = engine.Encode(engine.CreateState());
        bytes[0] = 3;
        var e = Assert.Throws<FeatureStateException>(() => engine.Decode(bytes));
        Assert.Equal("the state has format 3; this program reads formats 1 and 2", e.Message);
    }

    [Fact]
    public void A_state_of_another_definition_is_refused()
    {
        var other = new FeatureEngine(SomeViews.Everything with { Version = 2 });
        var bytes = other.Encode(ApplyAll(other, [SomeEvents.Create(SomeViews.Payments, "a", 5)]));
        var e = Assert.Throws<FeatureStateException>(() => new FeatureEngine(SomeViews.Everything).Decode(bytes));
        Assert.Equal("the state belongs to another definition of the view, or to another version of the engine", e.Message);
    }

    [Fact]
    public void An_event_that_does_not_fit_the_view_changes_nothing()
    {
        var engine = new FeatureEngine(SomeViews.Everything);
        var state = engine.CreateState();
        var wrong = SomeEvents.Create(SomeViews.Payments, "a", 5, new EventField("amount", FieldValue.FromDecimal(12345, 3)));
        Assert.Equal(ApplyOutcome.Unreadable, engine.Apply(state, wrong, 1));
        Assert.Equal(ApplyOutcome.OtherSource, engine.Apply(state, SomeEvents.Create("logins", "a", 5), 1));
        Assert.Equal((0, null), (state.Sequence, state.Watermark));
        Assert.Equal(
            "amount is 12.345, which is not of the type decimal(2) that the view card-activity v1 declares", engine.FindFault(wrong));
        Assert.Null(engine.FindFault(SomeEvents.Create("logins", "a", 5)));
    }

    [Fact]
    public void The_entity_of_an_event_is_found_by_its_keys()
    {
        var engine = new FeatureEngine(SomeViews.Everything with
        {
            Entity = [new NamedType("card_id", new FieldType(FieldKind.Int64)), new NamedType("shop", new FieldType(FieldKind.String))],
        });
        var one = SomeEvents.Create(SomeViews.Payments, "a", 5, new EventField("shop", FieldValue.FromString("Zoë's, 5%")));
        Assert.True(engine.TryFindEntity(one, out var entity));
        Assert.Equal("42,Zo%C3%AB%27s%2C%205%25", entity.Text);
        Assert.Equal(entity, EntityKey.From(FieldValue.FromInt64(42), FieldValue.FromString("Zoë's, 5%")));
        var without = SomeEvents.Create(SomeViews.Payments, "a", 5);
        Assert.False(engine.TryFindEntity(without, out _));
        Assert.Equal(
            "the event does not have the entity keys of the view card-activity v1: card_id (int64), shop (string)",
            engine.FindFault(without));
        Assert.False(engine.TryFindEntity(SomeEvents.Create("logins", "a", 5), out _));
    }

    private static EntityState ApplyAll(FeatureEngine engine, IEnumerable<FeatureEvent> events)
    {
        var (state, sequence) = (engine.CreateState(), 0L);
        foreach (var one in events)
            engine.Apply(state, one, ++sequence);
        return state;
    }

    private static FeatureValue[] Read(FeatureEngine engine, EntityState? state, Instant time)
    {
        var values = new FeatureValue[engine.Outputs.Count];
        engine.Finalise(state, time, [Amount], values);
        return values;
    }
}
