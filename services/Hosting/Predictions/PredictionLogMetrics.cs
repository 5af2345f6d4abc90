using System.Diagnostics.Metrics;
using ModelServing.Contracts;
using ModelServing.Predictions;
using ModelServing.Predictions.Shipping;

namespace ModelServing.Hosting.Predictions;

/// <summary>The metrics of a host's prediction log.</summary>
internal sealed class PredictionLogMetrics
{
    private static readonly (LostReason Reason, string Name)[] LostReasons =
    [
        (LostReason.Full, "full"),
        (LostReason.Disk, "disk"),
        (LostReason.Damaged, "damaged"),
        (LostReason.NoRoomAside, "no-room-aside"),
        (LostReason.Unwritten, "unwritten"),
    ];

    internal PredictionLogMetrics(IMeterFactory factory, PredictionLog log)
    {
        var (meter, counters) = (Telemetry.CreateMeter(factory), log.Counters);
        meter.CreateObservableCounter(
            MetricNames.PredictionsRecorded, () => counters.Recorded, "{record}", "Prediction records that the spool took.");
        meter.CreateObservableCounter(
            MetricNames.PredictionsShipped, () => counters.Shipped, "{record}", "Prediction records that the store took.");
        meter.CreateObservableCounter(
            MetricNames.PredictionsLost,
            () => LostReasons.Select(reason => Count(counters.Lost(reason.Reason), reason.Name)),
            "{record}",
            "Prediction records that are not in the log.");
        meter.CreateObservableGauge(
            MetricNames.PredictionsAside,
            () => (long)log.CountAside(),
            "{record}",
            "Prediction records that are set aside because the store rejects them.");
        meter.CreateObservableGauge(
            MetricNames.PredictionsBacklog, () => log.BacklogRecords, "{record}", "Prediction records that the store does not have yet.");
        meter.CreateObservableGauge(
            MetricNames.PredictionsBacklogAge,
            () => log.BacklogAge.TotalSeconds,
            "s",
            "Age of the oldest prediction record on its way to the store.");
        meter.CreateObservableGauge(
            MetricNames.PredictionsSpool, () => log.SpoolBytes, "By", "This process's spool of prediction records on the disk.");
        meter.CreateObservableCounter(
            MetricNames.PredictionsStoreFailures,
            () => (Measurement<long>[])[Count(counters.Throttled, "throttled"), Count(counters.Unavailable, "unavailable")],
            "{call}",
            "Calls of the store of predictions that failed.");
        meter.CreateObservableCounter(
            MetricNames.PredictionsTorn, () => counters.TornBytes, "By", "Tails of records that a killed process did not finish.");
        meter.CreateObservableCounter(
            MetricNames.PredictionsClockSetBack, () => counters.ClockSetBacks, "{step}", "Times that the clock was set back.");
        meter.CreateObservableCounter(
            MetricNames.PredictionsLargeTensors,
            () => (Measurement<long>[])
                [Count(counters.LargeObjects, "object", MetricNames.Kept), Count(counters.LargeDigests, "digest", MetricNames.Kept)],
            "{tensor}",
            "Tensors that were too large for their prediction record.");
    }

    private static Measurement<long> Count(long count, string value, string dimension = MetricNames.Reason) =>
        new(count, new KeyValuePair<string, object?>(dimension, value));
}
