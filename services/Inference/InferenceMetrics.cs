using System.Diagnostics.Metrics;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Hosting;
using ModelServing.Inference.Features;
using ModelServing.Inference.Reporting;
using ModelServing.Predictions.Records;

namespace ModelServing.Inference;

/// <summary>The service's metrics.</summary>
public sealed class InferenceMetrics
{
    private readonly Histogram<double> requestDuration;
    private readonly Histogram<double> modelDuration;
    private readonly Histogram<long> batchRows;
    private readonly Histogram<double> queueDuration;
    private readonly Histogram<double> loadDuration;
    private readonly Histogram<double> warmUpDuration;
    private readonly Counter<long> failedBatches;
    private readonly Counter<long> unreported;
    private readonly Counter<long> features;
    private readonly KeyValuePair<string, object?> model;
    private readonly KeyValuePair<string, object?> version;
    private readonly KeyValuePair<string, object?> ok = new(MetricNames.Status, 200);

    public InferenceMetrics(IMeterFactory factory, InferenceSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var meter = Telemetry.CreateMeter(factory);
        requestDuration = meter.CreateLatencyHistogram(
            MetricNames.InferenceRequestDuration, "Time from a request's head to the last byte of its answer.");
        modelDuration = meter.CreateLatencyHistogram(MetricNames.InferenceModelDuration, "Duration of one call of the model.");
        batchRows = meter.CreateHistogram(
            MetricNames.InferenceBatchRows,
            "{row}",
            "Rows of one call of the model.",
            null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = MetricNames.RowBounds });
        queueDuration = meter.CreateLatencyHistogram(
            MetricNames.InferenceQueueDuration, "Time that a request waited for its turn at the model.");
        loadDuration = meter.CreateLatencyHistogram(
            MetricNames.InferenceLoadDuration, "Time from the first read of a version's artifact until its model is open and warm.");
        warmUpDuration = meter.CreateLatencyHistogram(
            MetricNames.InferenceWarmUpDuration, "Duration of the model's first calls, before it is served.");
        failedBatches = meter.CreateCounter<long>(
            MetricNames.InferenceFailedBatches, "{call}", "Calls of the model for several requests that were repeated one by one.");
        meter.CreateObservableUpDownCounter(
            MetricNames.InferenceQueueLength,
            () => new Measurement<long>(Waiting(), model, version),
            "{request}",
            "Requests that are waiting for their turn at the model.");
        unreported = meter.CreateCounter<long>(
            MetricNames.InferenceUnreportedRequests, "{request}", "Requests that were not reported to ModelMetrics.");
        features = meter.CreateCounter<long>(
            MetricNames.InferenceFeatures, "{row}", "Rows whose features were read, by view and status.");
        model = new(MetricNames.Model, settings.Model.Text);
        version = new(MetricNames.Version, settings.Version.ToString());
    }

    /// <summary>The same events in the form of the protocol's statistics.</summary>
    internal ModelStatistics Statistics { get; } = new();

    internal void Answered(int status, TimeSpan elapsed) =>
        requestDuration.Record(elapsed.TotalSeconds, model, version, status == 200 ? ok : new(MetricNames.Status, status));

    /// <summary>Says how many requests wait for their turn.</summary>
    internal Func<int> Waiting { get; set; } = static () => 0;

    internal void ModelRan(TimeSpan elapsed, long rows)
    {
        modelDuration.Record(elapsed.TotalSeconds, model, version);
        Statistics.Ran(elapsed);
        batchRows.Record(rows, model, version);
    }

    /// <summary>A version was loaded.</summary>
    internal void Loaded(TimeSpan elapsed, TimeSpan warmUp)
    {
        loadDuration.Record(elapsed.TotalSeconds, model, version);
        warmUpDuration.Record(warmUp.TotalSeconds, model, version);
    }

    internal void BatchFailed() => failedBatches.Add(1, model, version);

    internal void Waited(TimeSpan elapsed) => queueDuration.Record(elapsed.TotalSeconds, model, version);

    internal void Unreported(long requests, string reason)
    {
        if (requests > 0)
            unreported.Add(requests, model, version, new(MetricNames.Reason, reason));
    }

    internal void FeaturesRead(ViewId view, ReadOnlySpan<RecordedStatus> statuses)
    {
        foreach (var status in Enum.GetValues<RecordedStatus>())
        {
            if (statuses.Count(status) is > 0 and var rows)
            {
                features.Add(
                    rows,
                    [model, version, new(MetricNames.View, view.ToString()), new(MetricNames.Status, ResolvedFeatures.NameOf(status))]);
            }
        }
    }
}
