using ModelServing.Features;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;

namespace ModelServing.Bench.Features;

/// <summary>A view of 50 features: ten figures over five windows.</summary>
internal static class BenchView
{
    private const string Source = "payments";

    private static readonly (Aggregation Aggregation, string? Field, string? Where)[] Figures =
    [
        (Aggregation.Count, null, null),
        (Aggregation.Count, null, "online"),
        (Aggregation.Sum, "amount", null),
        (Aggregation.Sum, "amount", "amount >= 100 and not online"),
        (Aggregation.Mean, "amount", null),
        (Aggregation.Mean, "online", null),
        (Aggregation.Min, "amount", null),
        (Aggregation.Max, "amount", null),
        (Aggregation.Last, "amount", null),
        (Aggregation.Distinct, "category", null),
    ];

    private static readonly TimeSpan[] Windows =
        [TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(30)];

    internal static ViewDefinition Create(string name = "bench") => new()
    {
        View = ViewName.Parse(name),
        Version = 1,
        Entity = [new NamedType("card_id", new FieldType(FieldKind.Int64))],
        Sources =
        [
            new SourceDefinition(Source,
            [
                new NamedType("amount", new FieldType(FieldKind.Decimal, 2)),
                new NamedType("online", new FieldType(FieldKind.Bool)),
                new NamedType("category", new FieldType(FieldKind.String)),
            ]),
        ],
        Lateness = TimeSpan.FromHours(1),
        TimeToLive = TimeSpan.FromDays(40),
        Features =
        [
            .. from window in Windows
               from figure in Figures.Index()
               select new WindowFeature
               {
                   Name = $"f{figure.Index}_{window.TotalHours}h",
                   Aggregation = figure.Item.Aggregation,
                   Source = Source,
                   Field = figure.Item.Field,
                   Where = figure.Item.Where,
                   Window = window,
                   Hop = HopLadder.Find(window)!.Value,
               },
        ],
        Request = [],
    };

    /// <summary>The payments of one card, about six hours apart, in the order of time.</summary>
    internal static FeatureEvent[] Events(int card, int count)
    {
        var random = new Random(card);
        var time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            time = time.AddSeconds(random.Next(1, 12 * 3600));
            return new FeatureEvent
            {
                Source = Source,
                Id = $"{card}-{index}",
                Time = Instant.From(time),
                KnownTime = Instant.From(time),
                Fields =
                [
                    new EventField("card_id", FieldValue.FromInt64(card)),
                    new EventField("amount", FieldValue.FromDecimal(random.Next(100, 50_000), 2)),
                    new EventField("online", FieldValue.FromBool(random.Next(3) == 0)),
                    new EventField("category", FieldValue.FromString($"category-{random.Next(40)}")),
                ],
            };
        })];
    }
}
