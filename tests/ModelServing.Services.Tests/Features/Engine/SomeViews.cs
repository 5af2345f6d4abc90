using CsCheck;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;

namespace ModelServing.Services.Tests.Features.Engine;

/// <summary>Definitions of views over two sources, with windows of all kinds.</summary>
internal static class SomeViews
{
    internal const string Payments = "payments";
    internal const string Refunds = "refunds";

    internal static readonly NamedType Entity = new("card_id", new FieldType(FieldKind.Int64));

    internal static readonly SourceDefinition[] Sources =
    [
        new(Payments,
        [
            new("amount", new FieldType(FieldKind.Decimal, 2)),
            new("items", new FieldType(FieldKind.Int64)),
            new("online", new FieldType(FieldKind.Bool)),
            new("category", new FieldType(FieldKind.String)),
        ]),
        new(Refunds, [new("amount", new FieldType(FieldKind.Decimal, 4))]),
    ];

    private static readonly (Aggregation Aggregation, string Source, string? Field, string? Where)[] Kinds =
    [
        (Aggregation.Count, Payments, null, null),
        (Aggregation.Count, Payments, "amount", "category == 'food' or online"),
        (Aggregation.Count, Refunds, null, "amount > 10"),
        (Aggregation.Sum, Payments, "amount", null),
        (Aggregation.Sum, Payments, "items", "online"),
        (Aggregation.Sum, Refunds, "amount", null),
        (Aggregation.Mean, Payments, "amount", "not (category == 'food')"),
        (Aggregation.Mean, Payments, "online", null),
        (Aggregation.Min, Payments, "amount", null),
        (Aggregation.Max, Payments, "items", null),
        (Aggregation.Last, Payments, "amount", "online"),
        (Aggregation.Last, Payments, "items", null),
        (Aggregation.Distinct, Payments, "category", null),
        (Aggregation.Distinct, Payments, "items", null),
    ];

    private static readonly Gen<WindowFeature> Windows = Gen.Select(
        Gen.OneOf(Kinds), Gen.OneOf(40, 60, 300), Gen.OneOf(1, 2, 12, 24), Gen.OneOf(0, 0, 30, 600),
        static (kind, hop, tiles, delay) => Window(kind, hop, tiles, delay));

    /// <summary>Views of one to eight windows, and of a ratio and an expression over the first of them.</summary>
    internal static Gen<ViewDefinition> All { get; } = Gen.Select(
        Windows.Array[1, 8], Gen.OneOf(0, 10, 600, 3600), Gen.OneOf(16, 64), Gen.OneOf(0, 3600),
        static (windows, lateness, tail, more) => Create(windows, lateness, tail, more));

    /// <summary>A view with every kind of window once, in which no event is too late and none is forgotten.</summary>
    internal static ViewDefinition Everything { get; } =
        Create([.. Kinds.Select(static (kind, index) => Window(kind, 60, 12, index % 3 == 2 ? 30 : 0))], 3600, 256, 3600);

    internal static ViewDefinition Create(WindowFeature[] windows, int lateness, int tail, int more)
    {
        var named = windows.Select(static (window, index) => window with { Name = $"f{index}" }).ToArray();
        return new ViewDefinition
        {
            View = ViewName.Parse("card-activity"),
            Version = 1,
            Entity = [Entity],
            Sources = Sources,
            Lateness = TimeSpan.FromSeconds(lateness),
            TimeToLive = named.Max(static window => window.Window + window.Hop + window.Delay) + TimeSpan.FromSeconds(lateness + more),
            Tail = tail,
            Features =
            [
                .. named,
                new RatioFeature { Name = "ratio", Dividend = "f0", Divisor = $"f{named.Length - 1}", Default = -1 },
                new ExpressionFeature { Name = "expression", Expression = "amount / max(f0, 1) + if(hour(time) < 6, 1, 0)", Default = -2 },
            ],
            Request = [new NamedType("amount", new FieldType(FieldKind.Decimal, 2))],
        };
    }

    private static WindowFeature Window(
        (Aggregation Aggregation, string Source, string? Field, string? Where) kind, int hop, int tiles, int delay)
    {
        return new WindowFeature
        {
            Name = "",
            Aggregation = kind.Aggregation,
            Source = kind.Source,
            Field = kind.Field,
            Where = kind.Where,
            Hop = TimeSpan.FromSeconds(hop),
            Window = TimeSpan.FromSeconds(hop * tiles),
            Delay = TimeSpan.FromSeconds(delay),
            Default = kind.Aggregation is Aggregation.Last or Aggregation.Max ? 7 : null,
        };
    }
}
