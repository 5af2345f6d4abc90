using ModelServing.Features.Engine;
using ModelServing.Registry;
using ModelServing.Settings.Views;

namespace ModelServing.Bench.Soak.Features;

/// <summary>The views of the soak, with features of every kind, and the columns of the model that uses all of them.</summary>
internal static class SoakViews
{
    internal const string CardId = "card_id";
    internal const string Terminal = "terminal";
    internal const string Amount = "amount";

    // One mean has no default, so it is not a number for some rows.
    private const string CardActivity = """
        view: card-activity
        version: 1
        entity: { card_id: int64 }
        sources:
          payments: { fields: { amount: decimal(2), category: string } }
        lateness: 30m
        ttl: 9h
        features:
          count_1h: { count: payments, window: 1h }
          count_6h: { count: payments, window: 6h }
          large_6h: { count: payments, where: amount >= 500, window: 6h }
          sum_6h: { sum: payments.amount, window: 6h }
          mean_1h: { mean: payments.amount, window: 1h }
          min_6h: { min: payments.amount, window: 6h, default: -1 }
          max_6h: { max: payments.amount, window: 6h, default: -1 }
          last_6h: { last: payments.amount, window: 6h, default: -1 }
          categories_6h: { distinct: payments.category, window: 6h }
          busy: { ratio: [count_1h, count_6h], default: 0 }
        request: { amount: decimal(2) }
        expressions:
          root: sqrt(sum_6h) / max(count_6h, 1) + hour(time)
          to_mean: { value: amount / mean_1h, default: 1 }
        """;

    private const string TerminalRisk = """
        view: terminal-risk
        version: 1
        entity: { terminal: string }
        sources:
          payments: { fields: { amount: decimal(2) } }
          frauds: { fields: {} }
        lateness: 30m
        ttl: 9h
        features:
          payments_6h: { count: payments, window: 6h, delay: 10m }
          frauds_6h: { count: frauds, window: 6h, delay: 10m }
          risk_6h: { ratio: [frauds_6h, payments_6h], default: 0 }
          mean_6h: { mean: payments.amount, window: 6h, default: 0 }
        """;

    internal static IReadOnlyList<FeatureEngine> Engines { get; } = [Read(CardActivity), Read(TerminalRisk)];

    /// <summary>How the model gets its input: all features of both views, and the amount.</summary>
    internal static ModelFeatures Features { get; } = new()
    {
        Input = "x",
        Columns =
        [
            .. Engines.SelectMany(static engine => engine.Outputs.Select(output => $"{engine.Definition.View.Text}.{output.Name}")),
            Amount,
        ],
        Views =
        [
            .. Engines.Select(static engine =>
                new ModelView(engine.Definition.View.Text, engine.Definition.Version, engine.Digest)),
        ],
    };

    private static FeatureEngine Read(string yaml) => ViewFile.Parse(yaml) is ({ } definition, _)
        ? new FeatureEngine(definition)
        : throw new InvalidDataException(string.Join(", ", ViewFile.Parse(yaml).Faults));
}
