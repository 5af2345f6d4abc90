using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Inference.Crashes;
using ModelServing.Inference.Models;

namespace ModelServing.Inference;

/// <summary>The instruments of the service's metrics, which all its versions share.</summary>
internal sealed class InferenceInstruments
{
    private readonly Meter meter;
    private ImmutableList<Func<Measurement<long>>> queues = [];

    public InferenceInstruments(IMeterFactory factory)
    {
        meter = Telemetry.CreateMeter(factory);
        RequestDuration = meter.CreateLatencyHistogram(
            MetricNames.InferenceRequestDuration, "Time from a request's head to the last byte of its answer.");
        ModelDuration = meter.CreateLatencyHistogram(MetricNames.InferenceModelDuration, "Duration of one call of the model.");
        BatchRows = meter.CreateHistogram(
            MetricNames.InferenceBatchRows,
            "{row}",
            "Rows of one call of the model.",
            null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = MetricNames.RowBounds });
        QueueDuration = meter.CreateLatencyHistogram(
            MetricNames.InferenceQueueDuration, "Time that a request waited for its turn at the model.");
        LoadDuration = meter.CreateLatencyHistogram(
            MetricNames.InferenceLoadDuration, "Time from the first read of a version's artifact until its model is open and warm.");
        WarmUpDuration = meter.CreateLatencyHistogram(
            MetricNames.InferenceWarmUpDuration, "Duration of the model's first calls, before it is served.");
        FailedBatches = meter.CreateCounter<long>(
            MetricNames.InferenceFailedBatches, "{call}", "Calls of the model for several requests that were repeated one by one.");
        meter.CreateObservableUpDownCounter(
            MetricNames.InferenceQueueLength,
            () => Volatile.Read(ref queues).Select(static queue => queue()),
            "{request}",
            "Requests that are waiting for their turn at the model.");
        Unreported = meter.CreateCounter<long>(
            MetricNames.InferenceUnreportedRequests, "{request}", "Requests that were not reported to ModelMetrics.");
        Features = meter.CreateCounter<long>(
            MetricNames.InferenceFeatures, "{row}", "Rows whose features were read, by view and status.");
        ClosedModels = meter.CreateCounter<long>(
            MetricNames.InferenceClosedModels, "{model}", "Models of a pool that were closed to make room for others.");
    }

    internal Histogram<double> RequestDuration { get; }

    internal Histogram<double> ModelDuration { get; }

    internal Histogram<long> BatchRows { get; }

    internal Histogram<double> QueueDuration { get; }

    internal Histogram<double> LoadDuration { get; }

    internal Histogram<double> WarmUpDuration { get; }

    internal Counter<long> FailedBatches { get; }

    internal Counter<long> Unreported { get; }

    internal Counter<long> Features { get; }

    internal Counter<long> ClosedModels { get; }

    /// <summary>Adds the figures of a pool's opened models.</summary>
    internal void Observe(ModelRoom room)
    {
        meter.CreateObservableUpDownCounter(
            MetricNames.InferenceOpenModels, () => (long)room.Count, "{model}", "Versions of the pool whose model is open.");
        meter.CreateObservableUpDownCounter(
            MetricNames.InferenceOpenBytes, () => room.Used, "By", "Memory that the pool's open models take, as far as it is known.");
    }

    /// <summary>Adds the versions that a pool does not open.</summary>
    internal void Observe(CrashState state) => meter.CreateObservableUpDownCounter(
        MetricNames.InferenceCulprits,
        () => state.Culprits.Select(static version => new Measurement<long>(
            1, new(MetricNames.Model, version.Model.Text), new(MetricNames.Version, version.Version.ToString()))),
        "{version}",
        "Versions of a pool that are not opened, because a process crashed while they ran.");

    /// <summary>Adds the queue of a version, of which each reading of the metrics asks the length.</summary>
    internal void AddQueue(Func<Measurement<long>> length) =>
        ImmutableInterlocked.Update(ref queues, static (all, one) => all.Add(one), length);
}
