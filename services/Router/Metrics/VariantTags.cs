using ModelServing.Contracts;

namespace ModelServing.Router.Metrics;

/// <summary>A variant's metric dimensions, made once so that the hot path neither allocates nor boxes.</summary>
internal sealed class VariantTags
{
    private readonly KeyValuePair<string, object?> model;
    private readonly KeyValuePair<string, object?> version;
    private readonly KeyValuePair<string, object?> variant;

    internal VariantTags(string model, string version, string variant)
    {
        this.model = new(MetricNames.Model, model);
        this.version = new(MetricNames.Version, version);
        this.variant = new(MetricNames.Variant, variant);
        Ok = With(MetricNames.Status, 200);
        Success = With(MetricNames.Outcome, "success");
        NonFinite = With(MetricNames.Outcome, "non-finite");
        ClientError = With(MetricNames.Outcome, "client-error");
        Error = With(MetricNames.Outcome, "error");
        ConnectionLost = With(MetricNames.Outcome, "connection-lost");
        Unreachable = With(MetricNames.Outcome, "unreachable");
    }

    internal KeyValuePair<string, object?>[] Ok { get; }

    internal KeyValuePair<string, object?>[] Success { get; }

    internal KeyValuePair<string, object?>[] NonFinite { get; }

    internal KeyValuePair<string, object?>[] ClientError { get; }

    internal KeyValuePair<string, object?>[] Error { get; }

    internal KeyValuePair<string, object?>[] ConnectionLost { get; }

    internal KeyValuePair<string, object?>[] Unreachable { get; }

    internal KeyValuePair<string, object?>[] With(string dimension, object value) => [model, version, variant, new(dimension, value)];
}
