using CsCheck;
using ModelServing.Features;
using ModelServing.Features.Events;

namespace ModelServing.Services.Tests.Features.Engine;

/// <summary>Events of one entity.</summary>
internal static class SomeEvents
{
    internal const long Second = 1_000_000;

    // At the first, windows begin before 1970.
    private static readonly Gen<long> Starts = Gen.OneOf(0L, 1_764_288_000 * Second);

    private static readonly Gen<EventField[]> PaymentFields = Gen.Select(
        Gen.Long[-5_000_000_000, 5_000_000_000], Gen.OneOf<long>(Gen.Long[-3, 3], Gen.Long), Gen.Bool,
        Gen.OneOf("food", "travel", "fuel"), Gen.Int[0, 15],
        static (amount, items, online, category, present) => new EventField[]
        {
            new("amount", FieldValue.FromDecimal(amount, 2)),
            new("items", FieldValue.FromInt64(items)),
            new("online", FieldValue.FromBool(online)),
            new("category", FieldValue.FromString(category)),
        }.Where((_, index) => index != present % 8).ToArray());

    private static readonly Gen<FeatureEvent> Events = Gen.Select(
        Gen.Bool,
        Gen.Int[0, 60],
        Gen.OneOf<long>(Gen.Long[0, 7200 * Second], Gen.Long[0, 40].Select(static n => n * 180 * Second)),
        PaymentFields,
        static (isRefund, id, time, fields) => Create(
            isRefund ? SomeViews.Refunds : SomeViews.Payments,
            $"e{id}",
            time,
            isRefund ? [new EventField("amount", FieldValue.FromDecimal(time % 400_000, 4))] : fields));

    /// <summary>Events in any order, some of them with the identifier of another.</summary>
    internal static Gen<FeatureEvent[]> InAnyOrder { get; } =
        Gen.Select(Starts, Events.Array[0, 60], static (start, events) => events.Select(e => At(e, start)).ToArray());

    /// <summary>Different events in the order of their times, with two arrival times for each as shares of the lateness.</summary>
    internal static Gen<(FeatureEvent Event, double First, double Second)[]> WithArrivals { get; } = Gen.Select(
        Starts, Gen.Select(Events, Gen.Double[0, 1], Gen.Double[0, 1]).Array[0, 60],
        static (start, all) => all.Select((one, index) => (Create(
            one.Item1.Source, $"d{index}", start + one.Item1.Time.Microseconds, one.Item1.Fields), one.Item2, one.Item3)).ToArray());

    internal static FeatureEvent Create(string source, string id, long time, params IEnumerable<EventField> fields) => new()
    {
        Source = source,
        Id = id,
        Time = new Instant(time),
        KnownTime = new Instant(time),
        Fields = [new EventField("card_id", FieldValue.FromInt64(42)), .. fields.Where(static field => field.Name != "card_id")],
    };

    private static FeatureEvent At(FeatureEvent one, long start) => Create(one.Source, one.Id, start + one.Time.Microseconds, one.Fields);
}
