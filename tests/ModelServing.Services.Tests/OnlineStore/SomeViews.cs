using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;

namespace ModelServing.Services.Tests.OnlineStore;

/// <summary>Views of payments for tests of the online store.</summary>
internal static class SomeViews
{
    /// <summary>How many payments a card had in a day, and their amounts.</summary>
    internal static ViewDefinition CardActivity(int version = 1) => new()
    {
        View = ViewName.Parse("card-activity"),
        Version = version,
        Entity = [new NamedType("card_id", new FieldType(FieldKind.Int64))],
        Sources = [new SourceDefinition("payments", [new NamedType("amount", new FieldType(FieldKind.Decimal, 2))])],
        Lateness = TimeSpan.FromHours(1),
        TimeToLive = TimeSpan.FromDays(3),
        Features =
        [
            Window("count_1d", Aggregation.Count, null),
            Window("sum_1d", Aggregation.Sum, "amount"),
            Window("mean_1d", Aggregation.Mean, "amount"),
        ],
        Request = [],
    };

    internal static EntityKey Card(int card) => EntityKey.From(FieldValue.FromInt64(card));

    private static WindowFeature Window(string name, Aggregation aggregation, string? field) => new()
    {
        Name = name,
        Aggregation = aggregation,
        Source = "payments",
        Field = field,
        Window = TimeSpan.FromDays(1),
        Hop = TimeSpan.FromHours(1),
    };
}
