using System.IO.Hashing;
using System.Numerics;
using System.Text;
using ModelServing.Features;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Features.Engine.Columns;
using ModelServing.Features.Events;

namespace ModelServing.Services.Tests.Features.Engine;

/// <summary>The rules of a view over a plain list of events, without tiles: the reference for the engine.</summary>
internal sealed class BruteForce(ViewDefinition definition)
{
    private readonly List<FeatureEvent> accepted = [];
    private readonly List<(long Time, UInt128 Key)> remembered = [];
    private (long Time, UInt128 Key)? forgotten;

    internal long? Newest => accepted.Count == 0 ? null : accepted.Max(static e => e.Time.Microseconds);

    internal ApplyOutcome Apply(FeatureEvent one)
    {
        var mine = (Time: one.Time.Microseconds, one.Key);
        if (remembered.Any(other => other.Key == mine.Key))
            return ApplyOutcome.Duplicate;
        var oldest = (Newest ?? 0) - Micros(definition.Lateness);
        if (mine.Time < oldest || (forgotten is { } last && mine.CompareTo(last) <= 0))
            return ApplyOutcome.Late;
        accepted.Add(one);
        remembered.Add(mine);
        remembered.RemoveAll(other => other.Time < Newest - Micros(definition.Lateness));
        if (remembered.Count > definition.Tail)
        {
            forgotten = remembered.Min();
            remembered.Remove(forgotten.Value);
        }

        return ApplyOutcome.Applied;
    }

    internal FeatureValue[] Read(long time, double amount)
    {
        var values = new List<FeatureValue>();
        var status = Newest is not { } newest || time < newest - Micros(definition.Lateness) - 60_000_000 ? FeatureStatus.Missing
            : time - newest > Micros(definition.TimeToLive) ? FeatureStatus.Expired
            : FeatureStatus.Present;
        foreach (var feature in definition.Features)
        {
            values.Add(feature switch
            {
                WindowFeature window => Read(window, status, time),
                RatioFeature ratio => Ratio(ratio, values[Index(ratio.Dividend)], values[Index(ratio.Divisor)]),
                _ => Expression(values[0], time, amount),
            });
        }

        return [.. values];
    }

    private FeatureValue Read(WindowFeature feature, FeatureStatus status, long time)
    {
        var isWhole = feature.Aggregation is Aggregation.Count or Aggregation.Distinct ||
            (feature.Aggregation is Aggregation.Last or Aggregation.Min or Aggregation.Max && feature.Field == "items");
        var fallback = feature.Default ?? (isWhole || feature.Aggregation == Aggregation.Sum ? 0 : double.NaN);
        if (status != FeatureStatus.Present)
            return isWhole ? FeatureValue.From(status, (long)fallback) : FeatureValue.From(status, fallback);

        var hop = Micros(feature.Hop);
        var tile = (long)Math.Floor((decimal)(time - Micros(feature.Delay)) / hop);
        var start = tile * hop - Micros(feature.Window);
        var end = feature.Delay == TimeSpan.Zero ? (tile + 1) * hop : tile * hop;
        var events = accepted
            .Where(e => e.Source == feature.Source && e.Time.Microseconds >= start && e.Time.Microseconds < end)
            .Where(e => feature.Field is null || e[feature.Field].Kind != FieldKind.None)
            .Where(e => Matches(feature.Where, e))
            .OrderBy(static e => e.Time.Microseconds).ThenBy(static e => e.Key)
            .ToList();
        var steps = events.Select(e => feature.Field is null ? 0 : (BigInteger)e[feature.Field].Number).ToList();
        var unit = feature.Field != "amount" ? 1 : feature.Source == SomeViews.Refunds ? 10_000 : 100;
        return feature.Aggregation switch
        {
            Aggregation.Count => FeatureValue.From(FeatureStatus.Present, events.Count),
            Aggregation.Distinct => FeatureValue.From(FeatureStatus.Present, Distinct(events.Select(e => e[feature.Field!]))),
            Aggregation.Sum => FeatureValue.From(FeatureStatus.Present, ExactNumbers.Nearest(Sum(steps), unit)),
            _ when events.Count == 0 => isWhole
                ? FeatureValue.From(FeatureStatus.Missing, (long)fallback)
                : FeatureValue.From(FeatureStatus.Missing, fallback),
            Aggregation.Mean => FeatureValue.From(FeatureStatus.Present, ExactNumbers.Nearest(Sum(steps), (BigInteger)unit * events.Count)),
            Aggregation.Min => Single(steps.Min(), unit, isWhole),
            Aggregation.Max => Single(steps.Max(), unit, isWhole),
            _ => Single(steps[^1], unit, isWhole),
        };
    }

    private static BigInteger Sum(IEnumerable<BigInteger> steps) => steps.Aggregate(BigInteger.Zero, BigInteger.Add);

    private static FeatureValue Single(BigInteger steps, int unit, bool isWhole) => isWhole
        ? FeatureValue.From(FeatureStatus.Present, (long)steps)
        : FeatureValue.From(FeatureStatus.Present, ExactNumbers.Nearest(steps, unit));

    private static bool Matches(string? where, FeatureEvent e) => where switch
    {
        null => true,
        "online" => e["online"] is { Kind: FieldKind.Bool, Number: 1 },
        "amount > 10" => e["amount"].Kind != FieldKind.None && e["amount"].Number > 100_000,
        "category == 'food' or online" => e["category"].Text == "food" || e["online"] is { Kind: FieldKind.Bool, Number: 1 },
        "not (category == 'food')" => e["category"].Text != "food",
        _ => throw new ArgumentException($"no rule for {where}", nameof(where)),
    };

    // The registers from the digits of the hashes; the estimate itself has tests of its own.
    private static long Distinct(IEnumerable<FieldValue> values)
    {
        var registers = new byte[DistinctSketch.Registers];
        foreach (var value in values)
        {
            var bytes = value.Text is { } text ? Encoding.UTF8.GetBytes(text) : BitConverter.GetBytes(value.Number);
            var bits = Convert.ToString((long)XxHash64.HashToUInt64(bytes), 2).PadLeft(64, '0');
            var register = Convert.ToInt32(bits[..10], 2);
            registers[register] = Math.Max(registers[register], (byte)((bits[10..] + "1").IndexOf('1') + 1));
        }

        return DistinctEstimate.From(registers);
    }

    private static FeatureValue Ratio(RatioFeature ratio, FeatureValue dividend, FeatureValue divisor)
    {
        var status = (FeatureStatus)Math.Max((int)dividend.Status, (int)divisor.Status);
        if (status == FeatureStatus.Present && divisor.AsDouble == 0)
            status = FeatureStatus.Missing;
        return FeatureValue.From(status, status == FeatureStatus.Present ? dividend.AsDouble / divisor.AsDouble : ratio.Default!.Value);
    }

    // amount / max(f0, 1) + if(hour(time) < 6, 1, 0)
    private static FeatureValue Expression(FeatureValue first, long time, double amount)
    {
        var divisor = double.IsNaN(first.AsDouble) ? double.NaN : first.AsDouble > 1 ? first.AsDouble : 1;
        var value = (double)Math.Round((decimal)amount, 2) / divisor + (new Instant(time).ToDateTimeOffset().Hour < 6 ? 1 : 0);
        return double.IsNaN(value)
            ? FeatureValue.From(first.Status == FeatureStatus.Expired ? FeatureStatus.Expired : FeatureStatus.Missing, -2.0)
            : FeatureValue.From(first.Status, value);
    }

    private int Index(string name) => definition.Features.Select(static feature => feature.Name).ToList().IndexOf(name);

    private static long Micros(TimeSpan duration) => (long)duration.TotalMilliseconds * 1000;
}
