using System.Diagnostics.Metrics;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Inference.Features;
using ModelServing.Inference.Reporting;
using ModelServing.Predictions.Records;

namespace ModelServing.Inference;

/// <summary>The metrics of a version.</summary>
internal sealed class InferenceMetrics
{
    private readonly InferenceInstruments instruments;
    private readonly KeyValuePair<string, object?> model;
    private readonly KeyValuePair<string, object?> version;
    private readonly KeyValuePair<string, object?> ok = new(MetricNames.Status, 200);

    public InferenceMetrics(InferenceInstruments instruments, VersionSettings settings)
    {
        this.instruments = instruments;
        model = new(MetricNames.Model, settings.Model.Text);
        version = new(MetricNames.Version, settings.Version.ToString());
        instruments.AddQueue(() => new Measurement<long>(Waiting(), model, version));
    }

    /// <summary>The same events in the form of the protocol's statistics.</summary>
    internal ModelStatistics Statistics { get; } = new();

    internal void Answered(int status, TimeSpan elapsed) =>
        instruments.RequestDuration.Record(elapsed.TotalSeconds, model, version, status == 200 ? ok : new(MetricNames.Status, status));

    /// <summary>Says how many requests wait for their turn.</summary>
    internal Func<int> Waiting { get; set; } = static () => 0;

    internal void ModelRan(TimeSpan elapsed, long rows)
    {
        instruments.ModelDuration.Record(elapsed.TotalSeconds, model, version);
        Statistics.Ran(elapsed);
        instruments.BatchRows.Record(rows, model, version);
    }

    /// <summary>A version was loaded.</summary>
    internal void Loaded(TimeSpan elapsed, TimeSpan warmUp)
    {
        instruments.LoadDuration.Record(elapsed.TotalSeconds, model, version);
        instruments.WarmUpDuration.Record(warmUp.TotalSeconds, model, version);
    }

    /// <summary>The model was closed to make room for others.</summary>
    internal void Closed() => instruments.ClosedModels.Add(1, model, version);

    internal void BatchFailed() => instruments.FailedBatches.Add(1, model, version);

    internal void Waited(TimeSpan elapsed) => instruments.QueueDuration.Record(elapsed.TotalSeconds, model, version);

    internal void Unreported(long requests, string reason)
    {
        if (requests > 0)
            instruments.Unreported.Add(requests, model, version, new(MetricNames.Reason, reason));
    }

    internal void FeaturesRead(ViewId view, ReadOnlySpan<RecordedStatus> statuses)
    {
        foreach (var status in Enum.GetValues<RecordedStatus>())
        {
            if (statuses.Count(status) is > 0 and var rows)
            {
                instruments.Features.Add(
                    rows,
                    [model, version, new(MetricNames.View, view.ToString()), new(MetricNames.Status, ResolvedFeatures.NameOf(status))]);
            }
        }
    }
}
