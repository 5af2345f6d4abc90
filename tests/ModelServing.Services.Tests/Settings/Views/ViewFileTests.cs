using ModelServing.Features;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Settings.Views;

namespace ModelServing.Services.Tests.Settings.Views;

public class ViewFileTests
{
    internal const string Card = """
        # What a card did lately.
        view: card-activity
        version: 3
        entity: { card_id: int64 }
        sources:
          payments:
            fields: { amount: decimal(2), category: string }
        lateness: 1h
        ttl: 40d
        features:
          card_count_1d: { count: payments, window: 1d }
          card_count_30d: { count: payments, window: 30d }
          card_mean_amount_7d: { mean: payments.amount, window: 7d, default: 0 }
          card_large_7d: { count: payments, where: "amount >= 500 and category != 'rent'", window: 7d, hop: 1h }
          card_categories_30d: { distinct: payments.category, window: 30d }
          card_busy: { ratio: [card_count_1d, card_count_30d], default: 0 }
        request:
          amount: decimal(2)
        expressions:
          is_night: if(hour(time) <= 6, 1, 0)
          amount_to_mean: { value: (amount) /  card_mean_amount_7d, default: 1 }

        """;

    internal const string Terminal = """
        view: terminal-risk
        version: 1
        entity: { terminal_id: int64 }
        sources:
          payments: { fields: { fraud: bool } }
        lateness: 1h
        ttl: 60d
        features:
          terminal_count_1d: { count: payments, window: 1d, delay: 7d }
          terminal_count_7d: { count: payments, window: 7d, delay: 7d }
          terminal_count_30d: { count: payments, window: 30d, delay: 7d }
          terminal_risk_1d: { mean: payments.fraud, window: 1d, delay: 7d, default: 0 }
          terminal_risk_7d: { mean: payments.fraud, window: 7d, delay: 7d, default: 0 }
          terminal_risk_30d: { mean: payments.fraud, window: 30d, delay: 7d, default: 0 }

        """;

    [Fact]
    public void A_file_is_read_with_its_defaults()
    {
        var (view, faults) = ViewFile.Parse(Card);
        Assert.Empty(faults);
        Assert.Equal("card-activity v3", view!.Id.ToString());
        Assert.Equal((TimeSpan.FromHours(1), TimeSpan.FromDays(40), 256), (view.Lateness, view.TimeToLive, view.Tail));
        Assert.Equal(
            ["card_count_1d", "card_count_30d", "card_mean_amount_7d", "card_large_7d", "card_categories_30d", "card_busy", "is_night",
                "amount_to_mean"],
            view.Features.Select(static feature => feature.Name));
        var windows = view.Features.OfType<WindowFeature>().ToList();
        Assert.Equal(
            [TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromHours(6), TimeSpan.FromHours(1), TimeSpan.FromDays(1)],
            windows.Select(static window => window.Hop));
        Assert.Equal("(amount >= 500) and (category != 'rent')", windows[3].Where);
        Assert.Equal("amount / card_mean_amount_7d", Assert.IsType<ExpressionFeature>(view.Features[^1]).Expression);
        Assert.Equal(
            [FeatureType.Int64, FeatureType.Int64, FeatureType.Double, FeatureType.Int64, FeatureType.Int64, FeatureType.Double,
                FeatureType.Double, FeatureType.Double],
            new FeatureEngine(view).Outputs.Select(static output => output.Type));
    }

    [Fact]
    public void The_digest_does_not_depend_on_comments_spaces_and_styles_of_yaml()
    {
        var (view, _) = ViewFile.Parse(Card);
        var (other, _) = ViewFile.Parse(Card
            .Replace("# What a card did lately.", "", StringComparison.Ordinal)
            .Replace("entity: { card_id: int64 }", "entity:\n  card_id: 'int64'", StringComparison.Ordinal)
            .Replace("(amount) /  card", "amount/card", StringComparison.Ordinal)
            .Replace("window: 1d", "window: 24h", StringComparison.Ordinal));
        Assert.Equal(view!.Digest, other!.Digest);
        var (changed, _) = ViewFile.Parse(Card.Replace("window: 1d", "window: 2d", StringComparison.Ordinal));
        Assert.NotEqual(view.Digest, changed!.Digest);
        Assert.Equal("sha256:0b0b6ac3be1876a375390e9a77ebd5761faf6509fc0b783dac1e31a66eeb5615", view.Digest);
    }

    [Fact]
    public void The_published_form_is_read_back_as_the_same_definition()
    {
        var (view, _) = ViewFile.Parse(Card);
        var read = ViewDefinition.Parse(view!.ToUtf8());
        Assert.Equal(view.ToUtf8(), read.ToUtf8());
        Assert.Equal(view.Digest, read.ToCanonical().Digest);
    }

    // The delayed windows end with the tile before the one of seven days ago, so frauds of the last seven days never count.
    [Fact]
    public void The_risk_of_a_terminal_counts_only_what_is_known_after_seven_days()
    {
        var (view, faults) = ViewFile.Parse(Terminal);
        Assert.Empty(faults);
        var engine = new FeatureEngine(view!);
        var state = engine.CreateState();
        var start = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
        for (var hour = 0; hour < 240; hour++)
        {
            engine.Apply(state, new FeatureEvent
            {
                Source = "payments",
                Id = $"p{hour}",
                Time = Instant.From(start.AddHours(hour)),
                KnownTime = Instant.From(start.AddHours(hour)),
                Fields = [new EventField("terminal_id", FieldValue.FromInt64(1)), new EventField("fraud", FieldValue.FromBool(hour >= 60))],
            }, hour + 1);
        }

        var values = new FeatureValue[6];
        engine.Finalise(state, Instant.From(start.AddDays(10)), [], values);
        // The windows ended at hour 72: that of a day has 24 payments, the longer ones have all 72, and 12 of them are frauds.
        Assert.Equal([24, 72, 72, 0.5, 12 / 72.0, 12 / 72.0], values.Select(static value => value.AsDouble));
    }

    [Theory]
    [InlineData(
        "",
        "v.yaml: the file is empty; it must be a map with the keys view, version, entity, sources, lateness, ttl, tail, features, " +
        "request, expressions")]
    [InlineData(
        "- a",
        "v.yaml:1:1: the file is a list; it must be a map with the keys view, version, entity, sources, lateness, ttl, tail, " +
        "features, request, expressions")]
    public void A_file_of_another_form_is_refused(string yaml, string line) => Assert.Equal([line], Lines(yaml));

    [Theory]
    [InlineData(
        "view: card-activity", "view: Card",
        "2:7: view: 'Card' is not a view's name: 1 to 40 of a-z, 0-9 and '-', beginning with a letter or a digit")]
    [InlineData("version: 3", "version: v3", "3:10: version: 'v3' is not a whole number from 1 to 999999999 in plain digits")]
    [InlineData("version: 3\n", "", "2:1: version: missing: The version, from 1. A published version never changes.")]
    [InlineData("lateness: 1h", "latenes: 1h", "8:1: latenes: this key is unknown; did you mean 'lateness'?")]
    [InlineData(
        "lateness: 1h", "lateness: 1 hour",
        "8:11: lateness: '1 hour' is not a duration: a whole number with a unit, such as 500ms, 30s, 15m, 6h or 7d, up to 3660d")]
    [InlineData(
        "card_id: int64", "card_id: int32",
        "4:20: entity.card_id: 'int32' is not a type: int64, decimal(2) with 0 to 9 decimal places, bool, string or time")]
    [InlineData("card_id: int64", "card_id: time", "4:11: entity.card_id: the type is time; an entity key is int64 or string")]
    [InlineData(
        "ttl: 40d", "ttl: 30d",
        "9:1: ttl: 30d is shorter than card_count_30d needs: window 30d + hop 1d + lateness 1h = 745h; write ttl: 745h or longer")]
    [InlineData(
        "count: payments, window: 1d", "count: payment, window: 1d",
        "11:20: features.card_count_1d.count: there is no source 'payment'; the sources are payments")]
    [InlineData(
        "mean: payments.amount", "mean: payments.amounts",
        "13:26: features.card_mean_amount_7d.mean: the source payments has no field 'amounts'; the fields are amount, category")]
    [InlineData(
        "mean: payments.amount", "mean: payments",
        "13:26: features.card_mean_amount_7d.mean: it needs a field, as in mean: payments.amount")]
    [InlineData(
        "mean: payments.amount", "mean: payments.category",
        "13:26: features.card_mean_amount_7d.mean: category is of type string, which has no mean; use a number, or distinct")]
    [InlineData(
        "mean: payments.amount", "maen: payments.amount",
        "13:26: features.card_mean_amount_7d.maen: this key is unknown; did you mean 'mean'?")]
    [InlineData(
        "count: payments, window: 1d", "window: 1d",
        "11:3: features.card_count_1d: nothing says what the feature is; add one of count, sum, mean, min, max, last, distinct, ratio")]
    [InlineData(
        "count: payments, window: 1d", "count: payments, sum: payments.amount, window: 1d",
        "11:3: features.card_count_1d: it has count and sum; a feature has only one of them")]
    [InlineData(
        "count: payments, window: 1d", "count: payments",
        "11:3: features.card_count_1d: the window is missing; add one such as window: 7d")]
    [InlineData(
        "count: payments, window: 1d", "count: payments, window: 67m",
        "11:45: features.card_count_1d.window: 67m has no default hop; add a hop that divides it, such as hop: 335s")]
    [InlineData(
        "window: 7d, hop: 1h", "window: 7d, hop: 5h",
        "14:96: features.card_large_7d.hop: the window of 7d is not a multiple of the hop of 5h")]
    [InlineData(
        "amount >= 500", "amout >= 500",
        "14:37: features.card_large_7d.where: column 1: there is no 'amout' here; the names are time, amount, category, card_id")]
    [InlineData("amount >= 500", "amount", "14:37: features.card_large_7d.where: column 8: 'and' needs a condition, and this is a number")]
    [InlineData(
        "[card_count_1d, card_count_30d]", "[card_count_1d, card_count_7d]",
        "16:16: features.card_busy.ratio: there is no window feature 'card_count_7d'; the window features are card_count_1d, " +
        "card_count_30d, card_mean_amount_7d, card_large_7d, card_categories_30d")]
    [InlineData(
        "[card_count_1d, card_count_30d]", "card_count_1d",
        "16:23: features.card_busy.ratio: it must be a list of two features, such as [count_1d, count_30d]")]
    [InlineData(
        "hour(time)", "minute(time)",
        "20:3: expressions.is_night: column 4: there is no function 'minute'; the functions are if, min, max, abs, floor, sqrt, " +
        "hour, weekday, missing")]
    [InlineData(
        "amount: decimal(2)\n", "amount: string\n",
        "18:3: request.amount: the type is string; a value of a request is a number, bool or time")]
    [InlineData(
        "default: 0 }\n  card_large", "default: none }\n  card_large",
        "13:70: features.card_mean_amount_7d.default: 'none' is not a number in plain digits, such as 0 or -1.5")]
    [InlineData("tail", "tail", null)]
    public void A_fault_names_its_line_and_what_would_be_right(string old, string changed, string? line)
    {
        if (line is not null)
            Assert.Contains(old, Card, StringComparison.Ordinal);
        Assert.Equal(
            line is null ? [] : [$"v.yaml:{line}"], Lines(Card.ReplaceLineEndings("\n").Replace(old, changed, StringComparison.Ordinal)));
    }

    [Fact]
    public void Many_faults_are_shown_at_once() => Assert.Equal(
        [
            "v.yaml:3:10: version: '0' is not a whole number from 1 to 999999999 in plain digits",
            "v.yaml:11:49: features.card_count_1d.hopp: this key is unknown; did you mean 'hop'?",
            "v.yaml:20:3: expressions.is_night: column 15: '=' is not part of an expression; compare with ==",
        ],
        Lines(Card.ReplaceLineEndings("\n")
            .Replace("version: 3", "version: 0", StringComparison.Ordinal)
            .Replace("count: payments, window: 1d }", "count: payments, window: 1d, hopp: 1h }", StringComparison.Ordinal)
            .Replace("<= 6", "= 6", StringComparison.Ordinal)));

    [Fact]
    public void A_state_that_would_be_too_large_is_a_fault() => Assert.Equal(
        ["v.yaml:10:1: features: the state of an entity may have 2315308 bytes, and the limit is 524288; the windows with the hop 1h " +
            "need 2307210 of them: use a longer hop, a shorter window, delay or lateness, or fewer distinct features"],
        Lines(Card.Replace("distinct: payments.category, window: 30d", "distinct: payments.category, window: 20d, hop: 1h, delay: 100d",
            StringComparison.Ordinal).Replace("ttl: 40d", "ttl: 200d", StringComparison.Ordinal)));

    private static IEnumerable<string> Lines(string yaml) => ViewFile.Parse(yaml).Faults.Select(static fault => fault.ToLine("v.yaml"));
}
