using ModelServing.Contracts;
using ModelServing.Router.Observing;

namespace ModelServing.Router.Metrics;

/// <summary>A variant's metric dimensions, made once so that the hot path neither allocates nor boxes.</summary>
internal sealed class VariantTags
{
    private readonly KeyValuePair<string, object?> model;
    private readonly KeyValuePair<string, object?> version;
    private readonly KeyValuePair<string, object?> variant;
    private readonly KeyValuePair<string, object?>[] nonFinite;
    private readonly KeyValuePair<string, object?>[][] outcomes;

    internal VariantTags(ModelName model, ModelVersion version, string variant)
    {
        this.model = new(MetricNames.Model, model.Text);
        this.version = new(MetricNames.Version, version.ToString());
        this.variant = new(MetricNames.Variant, variant);
        Ok = With(MetricNames.Status, 200);
        nonFinite = With(MetricNames.Outcome, "non-finite");
        outcomes = [.. Enum.GetValues<AttemptOutcome>().Select(outcome => With(MetricNames.Outcome, TextOf(outcome)))];
    }

    internal KeyValuePair<string, object?>[] Ok { get; }

    internal KeyValuePair<string, object?>[] With(string dimension, object value) => [model, version, variant, new(dimension, value)];

    internal KeyValuePair<string, object?>[] With(AttemptOutcome outcome, bool isNonFinite) =>
        isNonFinite && outcome == AttemptOutcome.Success ? nonFinite : outcomes[(int)outcome];

    private static string TextOf(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Success => "success",
        AttemptOutcome.ClientError => "client-error",
        AttemptOutcome.Error => "error",
        AttemptOutcome.ConnectionLost => "connection-lost",
        _ => "unreachable",
    };
}
