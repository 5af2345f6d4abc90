using System.Diagnostics.Metrics;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Router;

/// <summary>What the router counts.</summary>
public sealed class RouterMetrics
{
    private readonly Histogram<double> duration;
    private readonly Counter<long> errors;
    private readonly Counter<long> refusedRequests;
    private readonly Counter<long> refusedDocuments;
    private readonly Counter<long> failedLookups;
    private readonly Counter<long> failedKeyFetches;

    /// <summary>Makes the instruments.</summary>
    public RouterMetrics(IMeterFactory factory)
    {
        var meter = Telemetry.CreateMeter(factory);
        duration = meter.CreateLatencyHistogram(MetricNames.RouterRequestDuration, "From a request's head to the last byte of its answer.");
        errors = meter.CreateCounter<long>(MetricNames.RouterErrors, "{request}", "Requests that ended with a status of 500 or above.");
        refusedRequests = meter.CreateCounter<long>(MetricNames.RouterRefusedRequests, "{request}", "Requests that no variant was found for, or that were not let in.");
        refusedDocuments = meter.CreateCounter<long>(MetricNames.RouterRefusedDocuments, "{document}", "Plans, endpoints files and clients documents that could not be used.");
        failedLookups = meter.CreateCounter<long>(MetricNames.RouterFailedLookups, "{lookup}", "Lookups of a version's name that failed, so that its last good addresses stay.");
        failedKeyFetches = meter.CreateCounter<long>(MetricNames.RouterFailedKeyFetches, "{fetch}", "Fetches of the keys of tokens that failed, so that the last good ones stay.");
    }

    internal void Answered(VariantTags tags, int status, TimeSpan elapsed, string? reason)
    {
        if (status == 200)
        {
            duration.Record(elapsed.TotalSeconds, tags.Ok);
            return;
        }

        duration.Record(elapsed.TotalSeconds, tags.With(MetricNames.Status, status));
        if (status >= 500)
            errors.Add(1, tags.With(MetricNames.Reason, reason ?? "upstream"));
    }

    // By reason alone: what a client asks for is nothing to make a series of.
    internal void Refused(Problem problem) => refusedRequests.Add(1, new KeyValuePair<string, object?>(MetricNames.Reason, problem.Reason));

    internal void Refused(string document) => refusedDocuments.Add(1, new KeyValuePair<string, object?>(MetricNames.Document, document));

    internal void KeyFetchFailed() => failedKeyFetches.Add(1);

    internal void LookupFailed(ModelName model, ModelVersion version) => failedLookups.Add(
        1,
        new KeyValuePair<string, object?>(MetricNames.Model, model.Text),
        new KeyValuePair<string, object?>(MetricNames.Version, version.ToString()));
}

/// <summary>A variant's dimensions, made once: the hot path neither allocates nor boxes.</summary>
internal sealed class VariantTags(ModelName model, ModelVersion version, string variant)
{
    private readonly string versionText = version.ToString();

    internal KeyValuePair<string, object?>[] Ok { get; } =
    [
        new(MetricNames.Model, model.Text), new(MetricNames.Version, version.ToString()), new(MetricNames.Variant, variant), new(MetricNames.Status, 200),
    ];

    internal KeyValuePair<string, object?>[] With(string dimension, object value) =>
        [new(MetricNames.Model, model.Text), new(MetricNames.Version, versionText), new(MetricNames.Variant, variant), new(dimension, value)];
}
